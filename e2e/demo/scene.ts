import type { Stack } from '@millrace/launch/stack'
import type { JsonProcess } from './child-json.ts'
import type { WorkerObserver } from './observer.ts'
import type { TOPICS } from './pipelines.ts'
import type { DemoReport } from './report.ts'
import type { Tenant } from './service.ts'

/** Everything that the parts of the story share. */
export interface Scene {
  readonly report: DemoReport
  readonly stack: Stack
  readonly observer: WorkerObserver
  readonly a: Tenant
  readonly b: Tenant
  /** Physical names of A's topics. */
  readonly topics: Readonly<Record<keyof typeof TOPICS, string>>
  readonly generator: JsonProcess
}

export const log = (text: string): void => console.log(`- ${text}`)
