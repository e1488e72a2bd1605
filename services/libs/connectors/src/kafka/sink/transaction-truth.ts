/**
 * The Kafka transaction as the truth of a statement's checkpoints: the number of checkpoint N, its manifest and epoch are committed
 * with TxnOffsetCommit inside the very transaction that carries N's output, so both become visible with one EndTxn or neither does.
 *
 * Two transactional ids are used in turn: N+1 takes rows under one while N commits under the other. Recovery order: InitProducerId
 * for both ids (which aborts what is open and fences older runs), then OffsetFetch with require_stable. An EndTxn whose outcome stays
 * unknown is neither success nor failure: `commit` throws a retriable error and the caller runs `recover`, which tells.
 *
 * A checkpoint without output only moves the pointer. `pointerIntervalMs` bounds how often a transaction is spent on that; between
 * two, `commit` returns without asking Kafka and `durable` stays behind (the last checkpoint before a stop is never deferred). That is safe because replaying from the older pointer
 * repeats no output (there was none), as long as the older manifest is kept. 0 = never deferred.
 */
import { type CheckpointTruth, type CommittedPointer, FencedError, type TransactionHandle } from '@millrace/engine/connector'
import { endTxnCall } from '../wire/api/end-txn.ts'
import { initProducerIdCall } from '../wire/api/init-producer-id.ts'
import { offsetFetchCall } from '../wire/api/offset-fetch.ts'
import { PRODUCE_TRANSACTION_V2 } from '../wire/api/produce.ts'
import { txnOffsetCommitCall } from '../wire/api/txn-offset-commit.ts'
import { type KafkaClient, retryKafka } from '../wire/client.ts'
import { errorName, isFenced, KAFKA } from '../wire/error-codes.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'
import type { TransactionIdentity } from './producer.ts'

export interface TruthOptions {
  readonly client: KafkaClient
  /** Tells writers whether the transaction is of their cluster. */
  readonly cluster: string
  /** The statement version's own: prefix of both transactional ids and name of the group. */
  readonly id: string
  /** The first sink's topic: the pointer lies under (id, topic, partition 0). */
  readonly topic: string
  readonly epoch: number
  readonly transactionTimeoutMs: number
  readonly pointerIntervalMs: number
  readonly now: () => number
  readonly random: () => number
}

interface Slot {
  readonly transactionalId: string
  producerId: number
  producerEpoch: number
  /** The checkpoint whose rows go into the open transaction; null = free. */
  open: number | null
}

/** How long a request is repeated before its outcome counts as unknown. */
const REQUEST_DEADLINE_MS = 15_000
const ABORT_DEADLINE_MS = 5_000
/** Aborting what an older run left open can take the coordinator a while. */
const RECOVERY_DEADLINE_MS = 60_000
/** A broker with a lower transaction.max.timeout.ms than this is not usable. */
const TRANSACTION_TIMEOUT_FLOOR_MS = 10_000

export class KafkaTransactionTruth implements CheckpointTruth {
  readonly #options: TruthOptions
  #slots: readonly Slot[] = []
  #durable: CommittedPointer | null = null
  #closed = false
  #pointerCommittedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: TruthOptions) {
    this.#options = options
  }

  async recover(): Promise<CommittedPointer | null> {
    await this.#requireTransactionsV2()
    const slots = await Promise.all([0, 1].map((turn) => this.#initialise(`${this.#options.id}-${turn}`)))
    const pointer = await this.#readPointer()
    if (pointer !== null && pointer.epoch > this.#options.epoch) {
      throw new FencedError(`checkpoint ${pointer.number} was committed by epoch ${pointer.epoch}, after ${this.#options.epoch}`)
    }
    this.#slots = slots
    this.#durable = pointer
    return pointer
  }

  async #requireTransactionsV2(): Promise<void> {
    const { client, topic } = this.#options
    const metadata = await this.#retry(RECOVERY_DEADLINE_MS, () => client.metadata([topic]))
    const broker = metadata.brokers[0]
    if (!broker) throw new KafkaError('BROKER_UNREACHABLE', `${client.servers} names no broker`, { retriable: true })
    const { features } = await this.#retry(RECOVERY_DEADLINE_MS, () => client.connectionTo(broker.id))
    if (features.transactionVersion < 2 || features.maxVersion(0) < PRODUCE_TRANSACTION_V2) {
      throw new KafkaError(
        'OPTION_INVALID',
        `exactly-once output needs transaction.version 2 (Kafka 4.0 or newer); the cluster has ${features.transactionVersion}`,
      )
    }
  }

  async #initialise(transactionalId: string): Promise<Slot> {
    const { client } = this.#options
    let timeoutMs = this.#options.transactionTimeoutMs
    const owner = { kind: 'transaction', key: transactionalId } as const
    return this.#retry(RECOVERY_DEADLINE_MS, async () => {
      const answer = await client.requestCoordinator(owner, initProducerIdCall(transactionalId, timeoutMs), (a) => a.error)
      if (answer.error === KAFKA.INVALID_TRANSACTION_TIMEOUT && timeoutMs > TRANSACTION_TIMEOUT_FLOOR_MS) {
        timeoutMs = Math.max(TRANSACTION_TIMEOUT_FLOOR_MS, timeoutMs / 2)
        throw new KafkaError('KAFKA_REQUEST_FAILED', 'the broker allows only shorter transactions', { retriable: true })
      }
      this.#check('InitProducerId', answer.error, transactionalId)
      return { transactionalId, producerId: answer.producerId, producerEpoch: answer.producerEpoch, open: null }
    })
  }

  async #readPointer(): Promise<CommittedPointer | null> {
    const { client, id, topic } = this.#options
    const query = { group: id, partitions: new Map([[topic, [0]]]), requireStable: true }
    return this.#retry(RECOVERY_DEADLINE_MS, async () => {
      const owner = { kind: 'group', key: id } as const
      const answer = await client.requestCoordinator(owner, offsetFetchCall(query), (a) => a.error)
      const committed = answer.offsets[0]
      this.#check('OffsetFetch', answer.error || (committed?.error ?? 0), `group ${id}`)
      return committed === undefined || committed.offset < 0 ? null : decodePointer(committed.offset, committed.metadata)
    })
  }

  async begin(number: number): Promise<TransactionHandle> {
    const reusable = this.#slots.find((slot) => slot.open === number) ?? this.#slots.find((slot) => slot.open === null)
    if (!reusable) throw new FencedError('no transaction is free: recover first')
    reusable.open = number
    const { transactionalId, producerId, producerEpoch } = reusable
    return {
      checkpoint: number,
      data: { cluster: this.#options.cluster, transactionalId, producerId, producerEpoch } satisfies TransactionIdentity,
    }
  }

  async commit(pointer: CommittedPointer, facts: { readonly wrote: boolean; readonly final?: boolean }): Promise<void> {
    const slot = this.#slots.find((s) => s.open === pointer.number) ?? this.#oldestOpen() ?? this.#slots[0]
    if (!slot) throw new FencedError('the transactions are not initialised: recover first')
    const nowMs = this.#options.now()
    if (!facts.wrote && facts.final !== true && nowMs - this.#pointerCommittedAtMs < this.#options.pointerIntervalMs) {
      slot.open = null
      return
    }
    await this.#commitPointer(slot, pointer)
    await this.#end(slot, { commit: true, deadlineMs: REQUEST_DEADLINE_MS })
    this.#durable = pointer
    this.#pointerCommittedAtMs = nowMs
  }

  durable(): CommittedPointer | null {
    return this.#durable
  }

  #oldestOpen(): Slot | undefined {
    const open = this.#slots.filter((slot) => slot.open !== null)
    return open.sort((a, b) => (a.open ?? 0) - (b.open ?? 0))[0]
  }

  async #commitPointer(slot: Slot, pointer: CommittedPointer): Promise<void> {
    const { client, id, topic } = this.#options
    const { transactionalId, producerId, producerEpoch } = slot
    const offsets = [{ topic, partition: 0, offset: pointer.number, metadata: encodePointer(pointer) }]
    const call = txnOffsetCommitCall({ transactionalId, group: id, producerId, producerEpoch, offsets })
    await this.#retry(REQUEST_DEADLINE_MS, async () => {
      const answer = await client.requestCoordinator({ kind: 'group', key: id }, call, (a) => a[0]?.error ?? 0)
      this.#check('TxnOffsetCommit', answer[0]?.error ?? -1, `group ${id}`)
    })
  }

  /** Ends the transaction; repeating the same end is safe, the coordinator knows it by its epoch. */
  async #end(slot: Slot, how: { readonly commit: boolean; readonly deadlineMs: number }): Promise<void> {
    const { client } = this.#options
    const { transactionalId, producerId, producerEpoch } = slot
    const call = endTxnCall({ transactionalId, producerId, producerEpoch, commit: how.commit })
    const answer = await this.#retry(how.deadlineMs, async () => {
      const owner = { kind: 'transaction', key: transactionalId } as const
      const ended = await client.requestCoordinator(owner, call, (a) => a.error)
      this.#check('EndTxn', ended.error, transactionalId)
      return ended
    })
    slot.producerId = answer.producerId
    slot.producerEpoch = answer.producerEpoch
    slot.open = null
  }

  #check(api: string, error: number, what: string): void {
    if (error === 0) return
    if (isFenced(error)) throw new FencedError(`${api} on ${what}: ${errorName(error)}`)
    throw brokerError(api, error, what)
  }

  #retry<T>(deadlineMs: number, action: () => Promise<T>): Promise<T> {
    const { now, random, client } = this.#options
    return retryKafka(action, { deadlineMs, now, random, signal: client.signal })
  }

  /**
   * Afterwards both transactions are fresh. Throws FencedError when a newer run owns them, and a retriable error when the cluster does
   * not answer: then only `recover` makes them usable again (and the broker aborts by itself after the transaction's time-out).
   */
  async abort(): Promise<void> {
    const slots = this.#slots
    this.#slots = []
    for (const slot of slots) if (slot.open !== null) await this.#end(slot, { commit: false, deadlineMs: ABORT_DEADLINE_MS })
    this.#slots = slots
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#options.client.close()
  }
}

function encodePointer(pointer: CommittedPointer): string {
  return JSON.stringify({ manifest: pointer.manifest, epoch: pointer.epoch })
}

/** Throws when the metadata is not ours: a pointer that cannot be read must never count as a fresh start. */
function decodePointer(number: number, metadata: string | null): CommittedPointer {
  try {
    const { manifest, epoch } = JSON.parse(metadata ?? '') as { manifest?: unknown; epoch?: unknown }
    if (typeof manifest === 'string' && typeof epoch === 'number') return { number, manifest, epoch }
  } catch {
    // falls through: the same answer as for a pointer of another shape
  }
  throw new KafkaError('CHECKPOINT_MISSING', `Checkpoint ${number} was committed but its pointer cannot be read.`)
}
