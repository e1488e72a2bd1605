import type { ObjectStore, ObjectStoreConfig } from '../objectstore/object-store.ts'
import type { Dial } from './dial.ts'
import type { SinkFactory } from './sink.ts'
import type { SourceFactory } from './source.ts'

/** The connectors of a process by identifier. A task's thread imports the module that makes it (`ConnectorModule`). */
export interface ConnectorRegistry {
  readonly sources: Readonly<Record<string, SourceFactory>>
  readonly sinks: Readonly<Record<string, SinkFactory>>
}

/** Shape of the module whose URL is handed to the engine: threads import it by themselves. */
export interface ConnectorModule {
  createRegistry(): ConnectorRegistry
  /** Opens stores of kinds that the engine does not know itself (s3). */
  openObjectStore?(config: ObjectStoreConfig): Promise<ObjectStore>
  /** The way out of a thread; without it connectors that dial are refused. `allowedAddresses` are host:port. */
  createDial?(options: { readonly allowedAddresses: readonly string[] }): Dial
}
