import type { Clock, Logger } from '@millrace/kit'
import type { Assignment } from '@millrace/protocol'
import { hasEnded, reconcile } from '../reconcile/reconcile.ts'
import { HostedJob, type StartJob } from './hosted-job.ts'
import { type JobSetting, jobOptions } from './job-options.ts'

/** A finished query's rows stay readable this long after its slot is gone. */
const RESULTS_KEPT_MS = 600_000
/** Finished queries whose rows are kept at once; the oldest goes first. */
const RESULTS_KEPT_MAX = 64

export interface JobHostOptions {
  readonly startJob: StartJob
  readonly setting: JobSetting
  readonly confirm: (version: string, epoch: number) => Promise<boolean>
  readonly clock: Clock
  readonly log: Logger
  /** Something is worth reporting before the next interval is over. */
  readonly changed: () => void
}

/** The runs of this worker, moved towards the desired set that the scheduler answered last. */
export class JobHost {
  readonly #options: JobHostOptions
  readonly #jobs = new Map<string, HostedJob>()
  readonly #kept = new Map<string, { readonly job: HostedJob; readonly untilMs: number }>()
  #draining = false

  constructor(options: JobHostOptions) {
    this.#options = options
  }

  get jobs(): readonly HostedJob[] {
    return [...this.#jobs.values()]
  }

  /** The run whose results can be read: one that stands, or a finished one that is still kept. */
  find(version: string): HostedJob | undefined {
    return this.#jobs.get(version) ?? this.#kept.get(version)?.job
  }

  apply(desired: readonly Assignment[]): void {
    const held = this.jobs.map((j) => ({
      version: j.assignment.statement_version,
      epoch: j.assignment.epoch,
      state: j.state,
      stopping: j.stopping,
    }))
    for (const action of reconcile(desired, held)) {
      if (action.kind === 'start') this.#start(action.assignment)
      else if (action.kind === 'stop') this.#jobs.get(action.version)?.stop({ checkpoint: action.checkpoint })
      else if (action.kind === 'drop') this.#drop(action.version)
      else this.#jobs.set(action.assignment.statement_version, HostedJob.refused(action.assignment, this.#options.clock.now()))
    }
    this.#forgetOldResults()
  }

  /** Stops every run with a checkpoint and starts nothing any more; resolves when all have ended. */
  async drain(): Promise<void> {
    this.#draining = true
    for (const job of this.jobs) if (!hasEnded(job.state)) job.stop({ checkpoint: true })
    await Promise.all(this.jobs.map((job) => job.ended()))
  }

  #start(assignment: Assignment): void {
    const { clock, setting, startJob, confirm, changed, log } = this.#options
    const version = assignment.statement_version
    if (this.#draining) {
      this.#jobs.set(version, HostedJob.refused(assignment, clock.now()))
      return
    }
    this.#kept.delete(version)
    const fields = { statement: assignment.name, version, epoch: assignment.epoch }
    log.info({ ...fields, cu: assignment.cu, parallelism: assignment.parallelism }, 'run starts')
    const hooks = {
      confirm: () => confirm(version, assignment.epoch),
      log: (level: 'info' | 'warn' | 'error', message: string) => log[level](fields, message),
    }
    const job = HostedJob.start(assignment, {
      startedAtMs: clock.now(),
      changed,
      start: () => startJob(jobOptions(assignment, setting, hooks)),
    })
    this.#jobs.set(version, job)
  }

  #drop(version: string): void {
    const job = this.#jobs.get(version)
    if (!job) return
    this.#jobs.delete(version)
    if (!hasEnded(job.state)) job.stop({ checkpoint: false })
    else if (job.state === 'FINISHED') this.#kept.set(version, { job, untilMs: this.#options.clock.now() + RESULTS_KEPT_MS })
  }

  #forgetOldResults(): void {
    const now = this.#options.clock.now()
    for (const [version, kept] of this.#kept) {
      if (kept.untilMs <= now || this.#kept.size > RESULTS_KEPT_MAX) this.#kept.delete(version)
    }
  }
}
