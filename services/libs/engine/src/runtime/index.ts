export type { Job, JobCounters, JobFailure, JobOptions, JobReport, JobState, ResultPage, ResultRow } from './job.ts'
