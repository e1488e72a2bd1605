import type { Job, JobFailure, JobOptions, JobReport, ResultPage } from '@millrace/engine/runtime'
import { type Assignment, MillraceError, type RunState } from '@millrace/protocol'

export type StartJob = (options: JobOptions) => Promise<Job>

/**
 * One assignment's run. Starting, stopping and failing are its own business: nothing that happens in it reaches another run, and
 * none of its methods rejects.
 */
export class HostedJob {
  readonly assignment: Assignment
  readonly startedAtMs: number
  #job: Job | null = null
  #ended: JobReport | null = null
  #failure: JobFailure | null = null
  #refused = false
  #stopping: { readonly checkpoint: boolean } | null = null
  readonly #starting: Promise<void>
  readonly #changed: () => void

  private constructor(
    assignment: Assignment,
    parts: { readonly startedAtMs: number; readonly changed: () => void; readonly start: (() => Promise<Job>) | null },
  ) {
    this.assignment = assignment
    this.startedAtMs = parts.startedAtMs
    this.#changed = parts.changed
    this.#refused = parts.start === null
    this.#starting = parts.start ? this.#run(parts.start) : Promise.resolve()
  }

  /** Starts the run; `changed` is called when it has started and when it has ended. */
  static start(
    assignment: Assignment,
    parts: { readonly startedAtMs: number; readonly changed: () => void; readonly start: () => Promise<Job> },
  ): HostedJob {
    return new HostedJob(assignment, parts)
  }

  /** Stands for an assignment that is to be stopped before it ever ran here. */
  static refused(assignment: Assignment, startedAtMs: number): HostedJob {
    return new HostedJob(assignment, { startedAtMs, changed: () => {}, start: null })
  }

  get state(): RunState {
    if (this.#refused) return 'STOPPED'
    if (this.#failure) return this.#stopping ? 'STOPPED' : 'FAILED'
    if (this.#ended) return this.#ended.state
    return this.#job ? this.#job.report().state : 'STARTING'
  }

  get stopping(): { readonly checkpoint: boolean } | null {
    return this.#stopping
  }

  get failure(): JobFailure | null {
    return this.#failure ?? this.report()?.failure ?? null
  }

  /** The job's own report, or the last one when it has ended; null before it has started. */
  report(): JobReport | null {
    return this.#ended ?? this.#job?.report() ?? null
  }

  /** Asks the run to end. A second call without checkpoint overrules one with it. */
  stop(options: { readonly checkpoint: boolean }): void {
    this.#stopping = options
    void this.#starting.then(() => this.#job?.stop({ checkpoint: options.checkpoint })).catch(() => {})
  }

  /** Resolves when the run has ended, or at once when it never began. */
  async ended(): Promise<void> {
    await this.#starting
    await this.#job?.done
  }

  /** Rows of a foreground SELECT; null while there is no job to ask. */
  async results(after: number, limit: number, waitMs: number): Promise<ResultPage | null> {
    return this.#job ? await this.#job.results(after, limit, waitMs) : null
  }

  async #run(start: () => Promise<Job>): Promise<void> {
    try {
      const job = await start()
      this.#job = job
      void job.done.then((last) => {
        this.#ended = last
        this.#changed()
      })
    } catch (error) {
      this.#failure =
        error instanceof MillraceError
          ? { code: error.code, message: error.message }
          : { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
    }
    this.#changed()
  }
}
