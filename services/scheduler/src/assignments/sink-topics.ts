import type { Clock, Logger } from '@millrace/kit'
import { physicalTopic } from '@millrace/protocol'
import { loadProgram, type MasterKey, openSecrets, type RunnableStatement, type Store } from '@millrace/store'
import { isBuiltIn, KAFKA_PASSWORD_FIELD } from './built-in-kafka.ts'
import { KAFKA_CONNECTORS, parsePlan } from './physical-tables.ts'

export interface SinkTopic {
  /** Physical. */
  readonly name: string
  /** Partitions that the table asks for; null = the installation's number. */
  readonly buckets: number | null
}

/** Makes topics on the built-in Kafka as a workspace's own principal; a topic that is there is left as it is. */
export type MakeTopics = (
  as: { readonly workspace: string; readonly password: string },
  topics: readonly SinkTopic[],
) => Promise<void>

export interface SinkTopicsParts {
  readonly store: Store
  readonly master: MasterKey
  readonly make: MakeTopics
  readonly clock: Clock
  readonly log: Logger
  /** A statement that was not ready may be now. */
  readonly changed: () => void
}

const RETRY_MS = 2000
/** Versions remembered as ready; a forgotten one is looked at again. */
const READY_MAX = 10_000

/**
 * Topics that statements write to on the built-in Kafka are made before the first run, as a broker with auto-creation would; what a
 * statement only reads has to exist. Works beside the loop, which asks and never waits.
 */
export class SinkTopics {
  readonly #parts: SinkTopicsParts
  readonly #ready = new Set<string>()
  readonly #working = new Set<string>()
  readonly #retryAtMs = new Map<string, number>()

  constructor(parts: SinkTopicsParts) {
    this.#parts = parts
  }

  /** Whether the statement's topics are there. The first question begins the work; `changed` tells when to ask again. */
  ready(statement: RunnableStatement): boolean {
    const { version } = statement
    if (this.#ready.has(version)) return true
    const waits = (this.#retryAtMs.get(version) ?? 0) > this.#parts.clock.monotonic()
    if (!waits && !this.#working.has(version)) void this.#work(statement)
    return false
  }

  async #work(statement: RunnableStatement): Promise<void> {
    const { clock, log, changed } = this.#parts
    const { version } = statement
    this.#working.add(version)
    try {
      await this.#ensure(statement)
      if (this.#ready.size >= READY_MAX) this.#ready.clear()
      this.#ready.add(version)
      this.#retryAtMs.delete(version)
    } catch (error) {
      if (!this.#retryAtMs.has(version)) log.warn({ statement: statement.name, err: error }, 'topics could not be made yet')
      this.#retryAtMs.set(version, clock.monotonic() + RETRY_MS)
    } finally {
      this.#working.delete(version)
      changed()
    }
  }

  async #ensure(statement: RunnableStatement): Promise<void> {
    const { store, master, make } = this.#parts
    const { org, workspace, version } = statement
    const program = await store.withSystem((tx) => loadProgram(tx, version))
    const topics = program === null ? [] : sinkTopics(program, workspace)
    if (topics.length === 0) return
    const secrets = await store.withSystem((tx) => openSecrets(tx, master, { org, resource: workspace }))
    const password = secrets[KAFKA_PASSWORD_FIELD]
    if (password === undefined) throw new Error('the Kafka principal of the workspace is not set up yet')
    await make({ workspace, password }, topics)
  }
}

/** The built-in topics that a program writes to. Where several of its tables name one topic, the most buckets count. */
export function sinkTopics(program: string, workspace: string): SinkTopic[] {
  const tables = (parsePlan(program)?.operators ?? []).flatMap((o) =>
    o.body.kind === 'Sink' && o.body.table ? [o.body.table] : [],
  )
  const own = tables.filter((t) => KAFKA_CONNECTORS.has(t.connector) && isBuiltIn(t.options))
  const buckets = new Map<string, number>()
  for (const { options, buckets: wished = 0 } of own) {
    if (!options['topic']) continue
    const name = physicalTopic(workspace, options['topic'])
    buckets.set(name, Math.max(wished, buckets.get(name) ?? 0))
  }
  return [...buckets].map(([name, wished]) => ({ name, buckets: wished > 0 ? wished : null }))
}
