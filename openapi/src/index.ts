export { type ApiClient, type ApiClientOptions, createApiClient } from './client.ts'
export type { components, operations, paths } from './generated/api.ts'
export { type Problem, ProblemError } from './problem.ts'
