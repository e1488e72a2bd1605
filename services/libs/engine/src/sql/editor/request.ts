/** What every editor service is asked with. Each is a pure function of it. */
import type { ConnectorCatalog } from '../../connector/descriptor.ts'
import type { SessionContext } from '../catalog/catalog.ts'

export interface EditorRequest {
  readonly text: string
  /** UTF-16 offset of the cursor. */
  readonly offset: number
  /** The catalog before the script: its own DDL counts too, up to the cursor. */
  readonly session: SessionContext
  /** For options of WITH and OPTIONS; without it none are offered. */
  readonly connectors?: ConnectorCatalog
}
