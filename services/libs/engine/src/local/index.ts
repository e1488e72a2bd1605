export type { Job, JobReport, ResultRow } from '../runtime/job.ts'
export { type CompiledScript, compileScript, EMPTY_SESSION } from './compile-script.ts'
export { type LocalRunOptions, runLocal } from './run-script.ts'
