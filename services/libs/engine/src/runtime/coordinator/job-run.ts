/** One run of a job: threads from a committed checkpoint until they are stopped, have read everything, or fail. */

import { CheckpointCollector } from '../../checkpoint/checkpoint-collector.ts'
import { CheckpointCoordinator, type CommittedCheckpoint, CommitUnknownError } from '../../checkpoint/checkpoint-coordinator.ts'
import { planHash } from '../../checkpoint/manifest.ts'
import { type CommittedPointer, FencedError } from '../../connector/sink.ts'
import type { JobFailure } from '../job.ts'
import { JobError } from '../job-failure.ts'
import type { FromThread, ThreadStatus } from '../thread/thread-messages.ts'
import type { ThreadStats } from '../thread/thread-stats.ts'
import { assignSplits, mergeSplits } from './assign-splits.ts'
import type { JobParts } from './job-parts.ts'
import { fragmentOf, type PreparedRun } from './prepare-run.ts'
import type { ResultRing } from './result-ring.ts'
import { SplitDiscovery } from './split-discovery.ts'
import { ThreadGroup } from './thread-group.ts'

const COLLECTION_MS = 30_000
/** Checkpoints write at most this much: 50 MB a second. */
const SNAPSHOT_BYTES_PER_MS = 50_000
/** How long a run that has failed waits for a commit that is on the way. */
const SETTLE_MS_MAX = 10_000

export interface StopRequest {
  readonly checkpoint: boolean
  readonly savepoint: boolean
}

export interface JobRunEvents {
  readonly onReady: (threads: readonly ThreadStats[]) => void
  /** `durable` = a recovery would find it; else it moves only the positions of this run. */
  readonly onCheckpoint: (checkpoint: CommittedCheckpoint, durable: boolean) => void
  readonly onStatus: (positions: Readonly<Record<string, string>>, trouble: JobFailure | null) => void
  /** Where rows of a foreground SELECT go. */
  readonly results: Pick<ResultRing, 'append' | 'full' | 'relax'>
  /** Rises with everything that a checkpoint would have to keep. */
  readonly progress: () => number
}

export class JobRun {
  readonly #parts: JobParts
  readonly #prepared: PreparedRun
  readonly #events: JobRunEvents
  readonly #checkpoints: CheckpointCoordinator
  readonly #collector: CheckpointCollector
  readonly #discovery: SplitDiscovery
  readonly #failure = Promise.withResolvers<never>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #nudge: { wake: (() => void) | null } = { wake: null }
  readonly #splits: Map<string, readonly { readonly id: string }[]>
  readonly #statuses = new Map<number, ThreadStatus>()
  #threads: ThreadGroup | null = null
  #taking: Promise<CommittedCheckpoint> | null = null
  /** Snapshots are whole: large state is written less often than the interval asks. */
  #spacingMs = 0
  #readyCount = 0
  #endedCount = 0
  #stop: StopRequest | null = null
  #checkpointed: number
  #collectedMs = 0

  constructor(parts: JobParts, prepared: PreparedRun, run: { committed: CommittedPointer | null; events: JobRunEvents }) {
    const { options, clock, random } = parts
    this.#parts = parts
    this.#prepared = prepared
    this.#events = run.events
    this.#splits = new Map(prepared.splits)
    this.#discovery = new SplitDiscovery(parts.enumerators, clock)
    // Without any checkpoint yet the start positions themselves are worth keeping.
    this.#checkpointed = run.committed === null ? -1 : 0
    this.#failure.promise.catch(() => {})
    const place = { store: parts.store, prefix: options.checkpointPrefix, epoch: options.epoch }
    this.#collector = new CheckpointCollector(place)
    this.#checkpoints = new CheckpointCoordinator({
      ...place,
      truth: parts.truth,
      planHash: planHash(options.plan),
      keyGroups: options.plan.keyGroups,
      threads: options.parallelism,
      committed: run.committed,
      timeoutMs: checkpointTimeoutMs(options.checkpointIntervalMs),
      clock,
      newNonce: () => Math.floor(random() * 2 ** 48).toString(36),
      post: (thread, message) => this.#threads?.post(thread, message),
    })
  }

  /** Resolves when the run has ended by itself or by a stop; rejects with what ended it otherwise. Threads are gone then. */
  async run(): Promise<'FINISHED' | 'STOPPED'> {
    try {
      const transaction = await Promise.race([this.#checkpoints.beginFirst(), this.#failure.promise])
      const inits = this.#prepared.inits.map((init) => ({ ...init, transaction }))
      const events = {
        onMessage: (thread: number, message: FromThread) => this.#onMessage(thread, message),
        onLost: (_thread: number, failure: JobFailure) => this.#fail(new JobError(failure.code, failure.message)),
      }
      this.#threads = new ThreadGroup(inits, events, this.#parts.clock)
      await Promise.race([this.#ready.promise, this.#failure.promise])
      this.#events.onReady(this.#threads.stats)
      const end = await this.#work()
      await this.#threads.close()
      return end
    } catch (error) {
      throw await this.#settle(error)
    } finally {
      await this.#threads?.terminate()
    }
  }

  /** A commit that was on the way when the run failed decides first: it has happened, or its outcome is not known. */
  async #settle(error: unknown): Promise<unknown> {
    if (this.#taking === null) return error
    const over = new AbortController()
    const unknown = this.#parts.clock
      .sleep(SETTLE_MS_MAX, over.signal)
      .then(() => new CommitUnknownError('the commit did not answer', { cause: error }))
    const outcome = await Promise.race([this.#taking.catch((failure: unknown) => failure), unknown])
    over.abort()
    if (outcome instanceof FencedError || outcome instanceof CommitUnknownError) return outcome
    if (!(outcome instanceof Error)) this.#report(outcome as CommittedCheckpoint)
    return error
  }

  async #work(): Promise<'FINISHED' | 'STOPPED'> {
    const { clock, options } = this.#parts
    let lastMs = clock.monotonic()
    for (;;) {
      if (this.#stop !== null) {
        if (this.#stop.checkpoint) await this.#take(true)
        return 'STOPPED'
      }
      if (this.#endedCount === options.parallelism) {
        await this.#take(true)
        return 'FINISHED'
      }
      const now = clock.monotonic()
      if (this.#discovery.dueMs <= now) {
        await Promise.race([this.#addSplits(), this.#failure.promise])
        continue
      }
      const dueMs = lastMs + Math.max(options.checkpointIntervalMs, this.#spacingMs)
      if (dueMs > now) {
        await Promise.race([this.#sleep(Math.min(dueMs, this.#discovery.dueMs) - now), this.#failure.promise])
        continue
      }
      lastMs = now
      await this.#take(false)
    }
  }

  async #sleep(ms: number): Promise<void> {
    const over = new AbortController()
    this.#nudge.wake = () => over.abort()
    await this.#parts.clock.sleep(ms, over.signal)
    this.#nudge.wake = null
  }

  async #take(final: boolean): Promise<void> {
    const progress = this.#events.progress()
    const { results } = this.#events
    if (!final && (progress === this.#checkpointed || results.full)) return
    results.relax(true)
    const checkpoint = this.#checkpoints.take({ final, savepoint: final && this.#stop?.savepoint === true })
    this.#taking = checkpoint
    checkpoint.catch(() => {})
    const committed = await Promise.race([checkpoint, this.#failure.promise]).finally(() => results.relax(false))
    this.#taking = null
    this.#checkpointed = progress
    this.#report(committed)
  }

  #report(committed: CommittedCheckpoint): void {
    this.#spacingMs = committed.bytes / SNAPSHOT_BYTES_PER_MS
    // A commit without output may be deferred; then only what can be recovered is told to the outside and bounds the collection.
    const { truth } = this.#parts
    const durable = truth.durable ? truth.durable() : committed
    this.#events.onCheckpoint(committed, durable?.number === committed.number)
    if (durable !== null) this.#collect(durable.number)
  }

  #collect(committed: number): void {
    const now = this.#parts.clock.monotonic()
    if (now - this.#collectedMs < COLLECTION_MS) return
    this.#collectedMs = now
    this.#collector.run(committed).catch((error: Error) => this.#parts.options.log('warn', `collection: ${error.message}`))
  }

  /** New splits (a topic got partitions) join the running threads. */
  async #addSplits(): Promise<void> {
    const knownOf = (operator: string) => this.#splits.get(operator) ?? []
    const found = await this.#discovery.look((operator) => knownOf(operator).map((split) => split.id))
    for (const [operator, splits] of found) {
      const known = knownOf(operator)
      const fresh = mergeSplits(splits, [])
      if (fresh.length === 0) continue
      this.#splits.set(operator, [...known, ...fresh])
      assignSplits(fresh, fragmentOf(this.#prepared.graph, operator).parallelism, known.length).forEach((own, thread) => {
        if (own.length > 0) this.#threads?.post(thread, { kind: 'splits', operator, splits: own })
      })
    }
  }

  /** Splits that are being read, with those that were found since the start. */
  get splitCount(): number {
    return [...this.#splits.values()].reduce((sum, splits) => sum + splits.length, 0)
  }

  /** With a checkpoint: after the one that is under way. Without: at once. */
  stop(request: StopRequest): void {
    this.#stop = request
    if (!request.checkpoint) this.#fail(new StoppedError('stopped without a checkpoint'))
    this.#nudge.wake?.()
  }

  credit(thread: number, rows: number): void {
    this.#threads?.post(thread, { kind: 'resultCredit', rows })
  }

  #fail(error: Error): void {
    this.#checkpoints.abandon(error)
    this.#failure.reject(error)
  }

  #onMessage(thread: number, message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        if (++this.#readyCount === this.#parts.options.parallelism) this.#ready.resolve()
        break
      case 'snapshot':
        this.#checkpoints.onSnapshot(message.snapshot)
        break
      case 'snapshotFailed':
        this.#fail(new JobError(message.storeError.code, message.storeError.message))
        break
      case 'failed':
        this.#fail(new JobError(message.failure.code, message.failure.message))
        break
      case 'ended':
        this.#endedCount++
        if (this.#endedCount === this.#parts.options.parallelism) this.#nudge.wake?.()
        break
      case 'status':
        this.#statuses.set(thread, message.status)
        this.#publishStatus()
        break
      case 'results':
        this.#events.results.append(thread, message.rows)
        break
      case 'log':
        this.#parts.options.log(message.level, message.message)
        break
      case 'print':
        this.#parts.options.log('info', message.line)
        break
      case 'closed':
    }
  }

  #publishStatus(): void {
    const statuses = [...this.#statuses.values()]
    const positions = Object.assign({}, ...statuses.map((status) => status.positions)) as Record<string, string>
    this.#events.onStatus(positions, statuses.find((status) => status.trouble !== null)?.trouble ?? null)
  }
}

/** The host wants no checkpoint: an end, not a failure. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** Half of the transaction's time-out, which is max(60 s, 3 intervals). */
export function checkpointTimeoutMs(intervalMs: number): number {
  return Math.max(60_000, 3 * intervalMs) / 2
}
