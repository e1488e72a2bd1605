export type { ResolvedColumn, ResolvedTable } from '../plan/physical.ts'
export type { Job, JobCounters, JobFailure, JobOptions, JobReport, JobState, ResultPage, ResultRow } from './job.ts'
export { type EncodedRow, encodeRows, encodeValue } from './result-encoding.ts'
export { startJob } from './start-job.ts'
