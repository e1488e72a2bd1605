/**
 * Takes a job's checkpoints, one at a time and in order: transaction N+1 begins, barrier N goes through the threads, their parts
 * come back, the manifest is written, and the truth commits N with the rows of its transaction.
 */
import { assert, type Clock } from '@millrace/kit'
import { type CheckpointTruth, type CommittedPointer, FencedError, type TransactionHandle } from '../connector/sink.ts'
import type { ObjectStore } from '../objectstore/object-store.ts'
import { JobError } from '../runtime/job-failure.ts'
import type { SplitSnapshot } from '../runtime/thread/fragment-io.ts'
import type { ThreadSnapshot, ToThread } from '../runtime/thread/thread-messages.ts'
import { checkpointName, encodeManifest, MANIFEST_FORMAT, type Manifest } from './manifest.ts'

export interface CheckpointCoordinatorOptions {
  readonly truth: CheckpointTruth
  readonly store: ObjectStore
  readonly prefix: string
  readonly epoch: number
  readonly planHash: string
  readonly keyGroups: number
  readonly threads: number
  readonly committed: CommittedPointer | null
  /** A checkpoint that has not committed by then fails. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly newNonce: () => string
  readonly post: (thread: number, message: ToThread) => void
}

export interface CommittedCheckpoint extends CommittedPointer {
  readonly committedAtMs: number
  readonly durationMs: number
  readonly bytes: number
  readonly savepoint: boolean
}

/** The commit may or may not have happened: only the recovery order tells. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError'
}

interface OpenCheckpoint {
  readonly number: number
  readonly parts: ThreadSnapshot[]
  readonly complete: () => void
  readonly fail: (error: Error) => void
}

export class CheckpointCoordinator {
  readonly #options: CheckpointCoordinatorOptions
  #committed: CommittedPointer | null
  #open: OpenCheckpoint | null = null
  #abandoned: Error | null = null

  constructor(options: CheckpointCoordinatorOptions) {
    this.#options = options
    this.#committed = options.committed
  }

  get nextNumber(): number {
    return (this.#committed?.number ?? 0) + 1
  }

  /** The transaction that the first rows after a start belong to. */
  async beginFirst(): Promise<TransactionHandle | null> {
    return (await this.#options.truth.begin(this.nextNumber)) ?? null
  }

  /** Throws FencedError, CommitUnknownError, ObjectStoreError, or what `abandon` was given. */
  async take(kind: { final: boolean; savepoint: boolean }): Promise<CommittedCheckpoint> {
    assert(this.#open === null, 'checkpoints are taken one at a time')
    const { truth, clock, epoch, newNonce, prefix } = this.#options
    const startedMs = clock.monotonic()
    const number = this.nextNumber
    const next = kind.final ? null : ((await truth.begin(number + 1)) ?? null)
    const name = `${prefix}/${checkpointName({ number, epoch, nonce: newNonce(), savepoint: kind.savepoint })}`
    const parts = await this.#collect(number, { name, next, final: kind.final })
    const manifest = this.#manifest(number, kind.savepoint, parts)
    const body = encodeManifest(manifest)
    const pointer = { number, epoch, manifest: `${name}.manifest` }
    await this.#options.store.put(pointer.manifest, body)
    if (this.#abandoned) throw this.#abandoned
    await this.#commit(pointer, { wrote: parts.some((part) => part.written > 0), final: kind.final })
    const bytes = body.length + manifest.objects.reduce((sum, object) => sum + (object.key === null ? 0 : object.bytes), 0)
    const durationMs = Math.round(clock.monotonic() - startedMs)
    return { ...pointer, committedAtMs: clock.now(), durationMs, bytes, savepoint: kind.savepoint }
  }

  async #collect(
    number: number,
    trigger: { name: string; next: TransactionHandle | null; final: boolean },
  ): Promise<ThreadSnapshot[]> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const open: OpenCheckpoint = { number, parts: [], complete: resolve, fail: reject }
    this.#open = open
    const { threads, post, clock, timeoutMs } = this.#options
    const over = new AbortController()
    clock.sleep(timeoutMs, over.signal).then(() => {
      if (!over.signal.aborted)
        reject(new JobError('CHECKPOINT_TIMEOUT', `Checkpoint ${number} was not complete after ${timeoutMs} ms.`))
    })
    try {
      for (let thread = 0; thread < threads; thread++) {
        post(thread, {
          kind: 'checkpoint',
          trigger: { checkpoint: number, final: trigger.final, next: trigger.next },
          objectKey: `${trigger.name}.${thread}.data`,
        })
      }
      await promise
      return open.parts
    } finally {
      over.abort()
      this.#open = null
    }
  }

  onSnapshot(snapshot: ThreadSnapshot): void {
    const open = this.#open
    if (open === null || open.number !== snapshot.checkpoint) return
    open.parts.push(snapshot)
    if (open.parts.length === this.#options.threads) open.complete()
  }

  /** Ends the open checkpoint with `error`, unless its commit is already on the way; no other is taken. */
  abandon(error: Error): void {
    this.#abandoned ??= error
    this.#open?.fail(error)
  }

  #manifest(number: number, savepoint: boolean, parts: readonly ThreadSnapshot[]): Manifest {
    const { epoch, planHash, keyGroups, threads, clock } = this.#options
    const sources: Record<string, SplitSnapshot[]> = {}
    for (const part of parts) {
      for (const [operator, splits] of Object.entries(part.sources)) {
        sources[operator] = [...(sources[operator] ?? []), ...splits]
      }
    }
    return {
      format: MANIFEST_FORMAT,
      checkpoint: number,
      epoch,
      plan: planHash,
      keyGroups,
      parallelism: threads,
      savepoint,
      createdAtMs: clock.now(),
      sources,
      objects: parts.flatMap((part) => (part.object ? [part.object] : [])),
    }
  }

  async #commit(pointer: CommittedPointer, facts: { readonly wrote: boolean; readonly final: boolean }): Promise<void> {
    try {
      await this.#options.truth.commit(pointer, facts)
    } catch (error) {
      if (error instanceof FencedError) throw error
      throw new CommitUnknownError(`the outcome of checkpoint ${pointer.number} is not known`, { cause: error })
    }
    this.#committed = pointer
    const { threads, post } = this.#options
    for (let thread = 0; thread < threads; thread++) post(thread, { kind: 'committed', checkpoint: pointer.number })
  }
}
