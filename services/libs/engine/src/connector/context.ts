import type { Dial } from './dial.ts'

/** What a connector gets besides its table. Everything in it is made by the host; a connector reads no environment and no clock of its own. */
export interface ConnectorContext {
  /** Unique in the installation and stable over restarts of a version: in transactional ids and group ids. */
  readonly installation: string
  readonly statementVersion: string
  readonly epoch: number
  readonly subtask: number
  readonly parallelism: number
  readonly now: () => number
  readonly random: () => number
  /** The one way to open a connection to an address that a tenant named. */
  readonly dial: Dial
  /** Root folder of the tenant's files; filesystem paths are keys below it. undefined = unconfined (local mode). */
  readonly filesRoot: string | undefined
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
  /** Rows of `print` sinks. */
  readonly print: (line: string) => void
  readonly config: Readonly<Record<string, string>>
  readonly checkpointIntervalMs: number
  count(metric: 'errors_ignored', by: number): void
}
