import { setMaxListeners } from 'node:events'
import type { Dial } from '@millrace/engine/connector'
import { type RandomBytes, systemRandom } from '@millrace/kit'
import type { BrokerFeatures } from './api/api-versions.ts'
import { findCoordinatorCall } from './api/find-coordinator.ts'
import { type BrokerNode, type MetadataAnswer, metadataCall } from './api/metadata.ts'
import { prepareConnection, type SaslOptions } from './authenticate.ts'
import { type ApiCall, Connection, type RequestOptions } from './connection.ts'
import { KAFKA } from './error-codes.ts'
import { brokerError, KafkaError, unreachable } from './kafka-error.ts'

export interface BootstrapAddress {
  readonly host: string
  readonly port: number
}

export interface ClientOptions {
  readonly bootstrap: readonly BootstrapAddress[]
  readonly sasl?: SaslOptions
  /** Present = every connection is encrypted. */
  readonly tls?: { readonly ca?: string }
  readonly clientId: string
  readonly dial: Dial
  readonly random?: RandomBytes
}

export interface PreparedConnection {
  readonly connection: Connection
  readonly features: BrokerFeatures
}

export type CoordinatorKind = 'group' | 'transaction'

/**
 * Connections and knowledge of one cluster under one principal. Every broker that the cluster advertises is reached through the
 * same dialler as the bootstrap addresses. Not shared between threads.
 */
export class KafkaClient {
  readonly options: ClientOptions
  readonly #brokers = new Map<number, BrokerNode>()
  readonly #shared = new Map<number, Promise<PreparedConnection>>()
  readonly #coordinators = new Map<string, number>()
  readonly #open = new Set<Connection>()
  readonly #abort = new AbortController()
  #bootstrap: Promise<PreparedConnection> | null = null
  #bootstrapAddress = ''
  #holders = 1

  constructor(options: ClientOptions) {
    this.options = options
    // Each open connection listens.
    setMaxListeners(0, this.#abort.signal)
  }

  get servers(): string {
    return this.options.bootstrap.map((b) => `${b.host}:${b.port}`).join(',')
  }

  /** Aborts when the client closes. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Topics (null = all that may be described) and brokers as any broker knows them now. */
  async metadata(topics: readonly string[] | null): Promise<MetadataAnswer> {
    const answer = await this.requestAny(metadataCall(topics))
    this.#brokers.clear()
    for (const broker of answer.brokers) this.#brokers.set(broker.id, broker)
    this.#adoptBootstrap(answer.brokers)
    return answer
  }

  /** A bootstrap connection to an address that a broker advertises serves as the shared one to that broker. */
  #adoptBootstrap(brokers: readonly BrokerNode[]): void {
    const broker = brokers.find(({ host, port }) => `${host}:${port}` === this.#bootstrapAddress)
    if (this.#bootstrap && broker && !this.#shared.has(broker.id)) this.#shared.set(broker.id, this.#bootstrap)
  }

  /** Asks any broker that answers. */
  async requestAny<T>(call: ApiCall<T>): Promise<T> {
    return (await this.#anyConnection()).connection.request(call)
  }

  async #anyConnection(): Promise<PreparedConnection> {
    for (const shared of this.#shared.values()) {
      const prepared = await shared.catch(() => null)
      if (prepared?.connection.open) return prepared
    }
    const current = this.#bootstrap
    const prepared = await current?.catch(() => null)
    if (prepared?.connection.open) return prepared
    // Somebody else may have begun to open it anew in the meantime.
    if (this.#bootstrap === current) this.#bootstrap = this.#openBootstrap()
    return this.#bootstrap ?? this.#openBootstrap()
  }

  async #openBootstrap(): Promise<PreparedConnection> {
    const candidates = [...this.options.bootstrap, ...this.#brokers.values()]
    let failure: unknown
    for (const address of candidates) {
      try {
        const prepared = await this.#connect(address)
        this.#bootstrapAddress = `${address.host}:${address.port}`
        return prepared
      } catch (error) {
        failure = preferred(failure, error)
      }
    }
    if (failure instanceof KafkaError && failure.code !== 'BROKER_UNREACHABLE') throw failure
    if (failure instanceof Error && 'code' in failure && failure.code === 'ADDRESS_REFUSED') {
      throw new KafkaError('ADDRESS_REFUSED', failure.message, { cause: failure })
    }
    throw unreachable(this.servers, failure instanceof Error ? failure.message : 'no address is given', failure)
  }

  async #connect(address: BootstrapAddress): Promise<PreparedConnection> {
    const { dial, clientId, sasl, tls, random = systemRandom } = this.options
    const { host, port } = address
    const connection = await Connection.open({ host, port, dial, clientId, signal: this.signal, ...(tls ? { tls } : {}) })
    this.#open.add(connection)
    try {
      if (this.#abort.signal.aborted) throw unreachable(connection.address, 'the client is closed')
      return { connection, features: await prepareConnection(connection, sasl, random) }
    } catch (error) {
      this.#drop(connection)
      throw error
    }
  }

  #drop(connection: Connection): void {
    connection.close()
    this.#open.delete(connection)
  }

  /** A connection of its own to a broker, for long polls. The caller closes it with `release`. */
  async openTo(nodeId: number): Promise<PreparedConnection> {
    const node = this.#brokers.get(nodeId) ?? (await this.#learn(nodeId))
    return this.#connect(node)
  }

  release(prepared: PreparedConnection): void {
    this.#drop(prepared.connection)
  }

  async #learn(nodeId: number): Promise<BrokerNode> {
    await this.metadata([])
    const node = this.#brokers.get(nodeId)
    if (!node) throw unreachable(this.servers, `broker ${nodeId} is not in the cluster`)
    return node
  }

  /** The shared connection to a broker; re-opened when it broke. */
  async connectionTo(nodeId: number): Promise<PreparedConnection> {
    const current = this.#shared.get(nodeId)
    if (current) {
      const prepared = await current.catch(() => null)
      if (prepared?.connection.open) return prepared
      if (prepared) this.#open.delete(prepared.connection)
      if (this.#shared.get(nodeId) === current) this.#shared.delete(nodeId)
    }
    const again = this.#shared.get(nodeId)
    if (again) return again
    const opening = this.openTo(nodeId)
    this.#shared.set(nodeId, opening)
    opening.catch(() => this.#shared.delete(nodeId))
    return opening
  }

  async requestTo<T>(nodeId: number, call: ApiCall<T>, options: RequestOptions = {}): Promise<T> {
    return (await this.connectionTo(nodeId)).connection.request(call, options)
  }

  /**
   * Asks the coordinator of a group or transactional id. `errorOf` finds the error in an answer: with NOT_COORDINATOR and the like
   * the coordinator is forgotten, so that the next call looks it up anew. Throws only for lost connections and refused look-ups.
   */
  async requestCoordinator<T>(
    owner: { readonly kind: CoordinatorKind; readonly key: string },
    call: ApiCall<T>,
    errorOf: (answer: T) => number,
  ): Promise<T> {
    const cacheKey = `${owner.kind} ${owner.key}`
    const node = this.#coordinators.get(cacheKey) ?? (await this.#findCoordinator(owner))
    this.#coordinators.set(cacheKey, node)
    try {
      const answer = await this.requestTo(node, call)
      const error = errorOf(answer)
      if (error === KAFKA.NOT_COORDINATOR || error === KAFKA.COORDINATOR_NOT_AVAILABLE) this.#coordinators.delete(cacheKey)
      return answer
    } catch (error) {
      this.#coordinators.delete(cacheKey)
      throw error
    }
  }

  async #findCoordinator(owner: { readonly kind: CoordinatorKind; readonly key: string }): Promise<number> {
    const answer = await this.requestAny(findCoordinatorCall(owner.kind, owner.key))
    if (answer.error !== 0) throw brokerError('FindCoordinator', answer.error, `${owner.kind} ${owner.key}`)
    this.#brokers.set(answer.id, { id: answer.id, host: answer.host, port: answer.port })
    return answer.id
  }

  /** One more holder, who closes too. */
  retain(): this {
    this.#holders++
    return this
  }

  /** The last holder's close ends connections and pending requests. */
  close(): void {
    if (--this.#holders > 0) return
    this.#abort.abort()
    for (const connection of this.#open) connection.close()
    this.#open.clear()
    this.#shared.clear()
  }
}

/** Of several failures the one that says most: a refusal of credentials or address before a broken connection. */
function preferred(current: unknown, next: unknown): unknown {
  const plain = (error: unknown) => error === undefined || (error instanceof KafkaError && error.code === 'BROKER_UNREACHABLE')
  return plain(current) ? next : current
}

export interface RetryLimits {
  readonly deadlineMs: number
  readonly now: () => number
  readonly random: () => number
  readonly signal?: AbortSignal
}

const BACKOFF_BASE_MS = 20
const BACKOFF_CAP_MS = 1_000

/** Waits before attempt `attempt` (1-based): exponential with jitter, at least half of the step. Ends early when aborted. */
export function backOff(attempt: number, random: () => number, signal?: AbortSignal): Promise<void> {
  const step = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(attempt - 1, 10))
  const ms = step / 2 + random() * (step / 2)
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}

/** Repeats `action` while it throws a retriable KafkaError and time is left; then throws the last error. */
export async function retryKafka<T>(action: () => Promise<T>, limits: RetryLimits): Promise<T> {
  const end = limits.now() + limits.deadlineMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const retriable = error instanceof KafkaError && error.retriable
      if (!retriable || limits.signal?.aborted || limits.now() >= end) throw error
      await backOff(attempt, limits.random, limits.signal)
    }
  }
}

/** Whether an error of an answer means that the partition's leader must be looked up again. */
export function leaderMoved(code: number): boolean {
  return (
    code === KAFKA.NOT_LEADER_OR_FOLLOWER ||
    code === KAFKA.LEADER_NOT_AVAILABLE ||
    code === KAFKA.FENCED_LEADER_EPOCH ||
    code === KAFKA.UNKNOWN_TOPIC_OR_PARTITION ||
    code === KAFKA.UNKNOWN_TOPIC_ID ||
    code === KAFKA.INCONSISTENT_TOPIC_ID
  )
}
