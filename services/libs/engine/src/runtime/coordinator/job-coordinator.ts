/**
 * A job's life: recover, confirm, run, and after a failure of the outside again from the last committed checkpoint.
 *
 *   STARTING -> RUNNING <-> DEGRADED -> STOPPING -> STOPPED
 *        any -> FINISHED | FAILED | FENCED
 */
import { backoffMs } from '@millrace/kit'
import type { CommittedCheckpoint } from '../../checkpoint/checkpoint-coordinator.ts'
import { type CommittedPointer, FencedError } from '../../connector/sink.ts'
import type { Job, JobFailure, JobOptions, JobReport, JobState, ResultPage } from '../job.ts'
import { JobError } from '../job-failure.ts'
import { FigureKeeper, stateLimitState } from './job-figures.ts'
import { type Ambience, type JobParts, makeJobParts } from './job-parts.ts'
import { JobRun, StoppedError, type StopRequest } from './job-run.ts'
import { describeFailure, judgeFailure } from './judge-failure.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import { ResultRing } from './result-ring.ts'

const BACKOFF = { attemptsMax: Number.POSITIVE_INFINITY, baseMs: 500, capMs: 10_000 }
const BACKOFF_MS_MIN = 100
const ENDED: readonly JobState[] = ['STOPPED', 'FINISHED', 'FAILED', 'FENCED']

export class JobCoordinator implements Job {
  readonly done: Promise<JobReport>
  readonly #options: JobOptions
  readonly #ambience: Ambience
  readonly #figures: FigureKeeper
  readonly #ring: ResultRing
  readonly #stopping = new AbortController()
  #state: JobState = 'STARTING'
  #failure: JobFailure | null = null
  #checkpoint: CommittedCheckpoint | null = null
  #committed: CommittedPointer | null = null
  #prepared: PreparedRun | null = null
  #run: JobRun | null = null
  #stop: StopRequest | null = null
  #positions: Readonly<Record<string, string>> = {}
  #attempts = 0
  #internalFailures = 0
  #mustRecover = true

  constructor(options: JobOptions, ambience: Ambience) {
    this.#options = options
    this.#ambience = ambience
    this.#figures = new FigureKeeper(options.plan, options.cu === undefined ? null : options.cu / options.parallelism)
    this.#ring = new ResultRing(ambience.clock, (thread, rows) => this.#run?.credit(thread, rows))
    this.done = this.#live().then(() => this.report())
  }

  async #live(): Promise<void> {
    let parts: JobParts | null = null
    try {
      parts = await makeJobParts(this.#options, this.#ambience)
      while (!ENDED.includes(this.#state)) await this.#attempt(parts)
    } catch (error) {
      this.#end('FAILED', describeFailure(error))
    } finally {
      this.#ring.end()
      if (parts) await Promise.allSettled([parts.truth.close(), ...[...parts.enumerators.values()].map((each) => each.close())])
    }
  }

  #end(state: JobState, failure: JobFailure | null): void {
    this.#state = state
    this.#failure = failure
  }

  async #attempt(parts: JobParts): Promise<void> {
    try {
      this.#attempts++
      if (!(await this.#unlessStopped(this.#prepare(parts)))) return this.#end('STOPPED', null)
      if (this.#prepared === null) throw new JobError('INTERNAL', 'nothing was prepared')
      this.#run = new JobRun(parts, this.#prepared, { committed: this.#committed, events: this.#runEvents() })
      this.#end(await this.#run.run(), null)
    } catch (error) {
      await this.#judge(parts, error)
    } finally {
      this.#run = null
    }
  }

  async #prepare(parts: JobParts): Promise<void> {
    if (this.#mustRecover) await this.#recover(parts)
    this.#prepared = await prepareRun(parts, this.#committed)
    this.#restored()
  }

  /** false = the host wants the job to end, and what was waited for does not matter any more. */
  async #unlessStopped(work: Promise<void>): Promise<boolean> {
    const { signal } = this.#stopping
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    work.catch(() => {})
    if (!signal.aborted) await Promise.race([work, stopped])
    return !signal.aborted
  }

  /** Fence first, then ask whether this epoch is still wanted, and only then read anything. */
  async #recover(parts: JobParts): Promise<void> {
    if (this.#attempts > 1) await this.#confirm()
    const pointer = await parts.truth.recover()
    const known = this.#checkpoint ?? this.#options.knownCheckpoint
    if (known !== null && (pointer === null || pointer.number < known.number)) {
      const found = pointer === null ? 'no checkpoint' : `checkpoint ${pointer.number}`
      throw new JobError(
        'CHECKPOINT_MISSING',
        `Checkpoint ${known.number} was committed but cannot be found: the truth knows ${found}.`,
      )
    }
    await this.#confirm()
    this.#committed = pointer
    this.#mustRecover = false
  }

  async #confirm(): Promise<void> {
    if (!(await this.#options.confirm())) throw new FencedError('another epoch is current')
  }

  /** What a run starts from is the last checkpoint until it has its own. */
  #restored(): void {
    const manifest = this.#prepared?.manifest
    if (!manifest || !this.#committed || this.#checkpoint?.number === this.#committed.number) return
    const bytes = manifest.objects.reduce((sum, object) => sum + object.bytes, 0)
    this.#checkpoint = {
      ...this.#committed,
      committedAtMs: manifest.createdAtMs,
      durationMs: 0,
      bytes,
      savepoint: manifest.savepoint,
    }
  }

  #runEvents() {
    return {
      onReady: (threads: Parameters<FigureKeeper['replace']>[0]) => {
        this.#figures.replace(threads)
        this.#setTrouble(null)
      },
      onCheckpoint: (checkpoint: CommittedCheckpoint, durable: boolean) => {
        this.#committed = checkpoint
        if (durable) this.#checkpoint = checkpoint
        this.#attempts = 1
        this.#internalFailures = 0
      },
      onStatus: (positions: Readonly<Record<string, string>>, trouble: JobFailure | null) => {
        this.#positions = positions
        this.#setTrouble(trouble)
      },
      results: this.#ring,
      progress: () => this.#figures.progress,
    }
  }

  /** Trouble of a source or sink degrades the job and goes by itself. */
  #setTrouble(trouble: JobFailure | null): void {
    if (this.#state === 'STOPPING' || ENDED.includes(this.#state)) return
    this.#state = trouble === null ? 'RUNNING' : 'DEGRADED'
    this.#failure = trouble
  }

  async #judge(parts: JobParts, error: unknown): Promise<void> {
    const verdict = judgeFailure(error, this.#internalFailures)
    if (verdict.kind === 'FENCED') return this.#end('FENCED', { code: 'TRANSACTION_FENCED', message: 'A newer epoch took over.' })
    const aborted = await this.#abort(parts)
    if (aborted === 'FENCED') return this.#end('FENCED', { code: 'TRANSACTION_FENCED', message: 'A newer epoch took over.' })
    if (error instanceof StoppedError) return this.#end('STOPPED', null)
    if (this.#stop !== null) return this.#end('STOPPED', describeFailure(error))
    if (verdict.kind === 'FAILED') return this.#end('FAILED', verdict.failure)
    this.#mustRecover ||= verdict.recover || aborted === 'UNKNOWN'
    if (verdict.failure.code === 'INTERNAL' || verdict.failure.code === 'WORKER_OUT_OF_MEMORY') this.#internalFailures++
    // Trouble that was reported says more than the time-out that followed from it.
    const reported = verdict.failure.code === 'CHECKPOINT_TIMEOUT' && this.#state === 'DEGRADED' ? this.#failure : null
    this.#state = 'DEGRADED'
    this.#failure = reported ?? verdict.failure
    this.#ring.reset()
    this.#options.log(
      'warn',
      `${verdict.failure.code}: ${verdict.failure.message} Going on from checkpoint ${this.#committed?.number ?? 0}.`,
    )
    const { clock, random } = this.#ambience
    await clock.sleep(BACKOFF_MS_MIN + backoffMs(BACKOFF, Math.min(this.#attempts, 10), random), this.#stopping.signal)
  }

  /** Rows of open transactions must never become visible, and must not hold back other readers of the topic. */
  async #abort(parts: JobParts): Promise<'DONE' | 'UNKNOWN' | 'FENCED'> {
    try {
      await parts.truth.abort()
      return 'DONE'
    } catch (error) {
      return judgeFailure(error, 0).kind === 'FENCED' ? 'FENCED' : 'UNKNOWN'
    }
  }

  report(): JobReport {
    const stateBytes = this.#prepared?.budget.used ?? 0
    const splits = [...(this.#prepared?.splits.values() ?? [])]
    return {
      state: this.#state,
      failure: this.#failure,
      ...this.#figures.figures(this.#ambience.clock.monotonic()),
      stateBytes,
      stateLimitState:
        this.#failure?.code === 'STATE_LIMIT' ? 'HARD' : stateLimitState(stateBytes, this.#options.stateLimitBytes),
      checkpoint: this.#checkpoint,
      positions: this.#positions,
      sourceSplits: this.#run?.splitCount ?? splits.reduce((sum, all) => sum + all.length, 0),
    }
  }

  async stop(options: { readonly checkpoint: boolean; readonly savepoint?: boolean }): Promise<void> {
    if (!ENDED.includes(this.#state)) {
      // A later stop without a checkpoint overrules one that waits for it.
      if (this.#stop === null || !options.checkpoint)
        this.#stop = { checkpoint: options.checkpoint, savepoint: options.savepoint === true }
      this.#state = 'STOPPING'
      this.#stopping.abort()
      this.#run?.stop(this.#stop)
    }
    await this.done
  }

  results(after: number, limit: number, waitMs: number): Promise<ResultPage> {
    return this.#ring.page(after, limit, waitMs)
  }
}
