export type { Job, JobReport, ResultRow } from '../runtime/job.ts'
export { type LocalRunOptions, runLocal } from './run-script.ts'
