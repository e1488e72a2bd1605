/** What connectors get, on threads and on the coordinator alike. */
import type { Clock } from '@millrace/kit'
import type { ConnectorContext } from '../connector/context.ts'
import type { ConnectorModule } from '../connector/registry.ts'
import { createFsStore } from '../objectstore/fs.ts'
import type { ObjectStore, ObjectStoreConfig } from '../objectstore/object-store.ts'
import { JobError } from './job-failure.ts'
import type { JobPlace } from './thread/thread-messages.ts'

export interface ConnectorContextOptions {
  readonly place: JobPlace
  readonly allowedAddresses: readonly string[]
  readonly config: Readonly<Record<string, string>>
  readonly subtask: number
  readonly parallelism: number
  readonly log: ConnectorContext['log']
  readonly print: (line: string) => void
  readonly count: (errorsIgnored: number) => void
  readonly clock: Pick<Clock, 'now'>
  readonly random: () => number
}

export function connectorContext(module: ConnectorModule, options: ConnectorContextOptions): ConnectorContext {
  const { place, allowedAddresses, clock } = options
  const refuse = (): Promise<never> =>
    Promise.reject(new JobError('INTERNAL', 'the connector module offers no way to open connections'))
  return {
    installation: place.installation,
    statementVersion: place.statementVersion,
    epoch: place.epoch,
    subtask: options.subtask,
    parallelism: options.parallelism,
    now: () => clock.now(),
    random: options.random,
    dial: module.createDial?.({ allowedAddresses }) ?? refuse,
    filesRoot: place.filesRoot ?? undefined,
    log: options.log,
    print: options.print,
    config: options.config,
    checkpointIntervalMs: place.checkpointIntervalMs,
    count: (_metric, by) => options.count(by),
  }
}

/** The engine has the file system; every other store comes with the connectors. */
export async function openStore(module: ConnectorModule, config: ObjectStoreConfig): Promise<ObjectStore> {
  if (config.kind === 'fs') return createFsStore(config)
  const store = await module.openObjectStore?.(config)
  if (store === undefined) throw new JobError('INTERNAL', `the connector module offers no object store ${config.kind}`)
  return store
}
