import type { Clock, Logger } from '@millrace/kit'
import type { DesiredSet, WorkerReport } from '@millrace/protocol'
import type { JobHost } from '../jobs/job-host.ts'
import { type Reading, statementReport } from './statement-report.ts'

export interface ReporterOptions {
  readonly host: JobHost
  /** Sends a report and returns the desired set. Rejects while the scheduler is away. */
  readonly send: (report: WorkerReport) => Promise<DesiredSet>
  readonly identity: Omit<WorkerReport['worker'], 'rss_bytes' | 'cpu_us' | 'draining'>
  /** Memory and CPU of this process. */
  readonly usage: () => { readonly rss_bytes: number; readonly cpu_us: number }
  readonly clock: Clock
  readonly log: Logger
}

const INTERVAL_MS = 1000
/** Reports that a change brings forward are at least this far apart. */
const GAP_MS = 50
/** While a run is starting its progress is told this often, for its first seconds. */
const STARTING_INTERVAL_MS = 250
const STARTING_FOR_MS = 15_000

/**
 * Reports each second, and at once when a run starts or ends; each answer is the whole desired set. While the scheduler is away
 * the runs go on with the last set: silence changes nothing.
 */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #before = new Map<string, Reading>()
  #lastReportMs: number | null = null
  #intervalMs = INTERVAL_MS
  #draining = false
  #away = false
  #nudge = new AbortController()

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  /** When the scheduler last took a report. */
  get lastReportMs(): number | null {
    return this.#lastReportMs
  }

  /** Brings the next report forward. */
  nudge(): void {
    this.#nudge.abort()
  }

  /** From now on the scheduler is told to give nothing new. */
  setDraining(): void {
    this.#draining = true
    this.nudge()
  }

  /** Runs until the scheduler asks for the process's end, or `signal` aborts. */
  async run(signal: AbortSignal): Promise<'shutdown' | 'aborted'> {
    const { clock } = this.#options
    while (!signal.aborted) {
      this.#nudge = new AbortController()
      const started = clock.monotonic()
      const answer = await this.#report()
      if (answer?.shutdown) return 'shutdown'
      const gap = GAP_MS - (clock.monotonic() - started)
      if (gap > 0) await clock.sleep(gap, signal)
      const rest = this.#pace() - (clock.monotonic() - started)
      if (rest > 0) await clock.sleep(rest, AbortSignal.any([signal, this.#nudge.signal]))
    }
    return 'aborted'
  }

  #pace(): number {
    const { host, clock } = this.#options
    const since = clock.now() - STARTING_FOR_MS
    const starting = host.jobs.some((job) => job.state === 'STARTING' && job.startedAtMs > since)
    return starting ? Math.min(STARTING_INTERVAL_MS, this.#intervalMs) : this.#intervalMs
  }

  /** One exchange; undefined while the scheduler is away. */
  async #report(): Promise<DesiredSet | undefined> {
    const { host, send, clock, log } = this.#options
    const sentAt = clock.now()
    const report = this.#build(sentAt)
    try {
      const answer = await send(report)
      if (this.#away) log.info({}, 'the scheduler answers again')
      this.#away = false
      this.#lastReportMs = sentAt
      this.#intervalMs = Math.min(60_000, Math.max(100, answer.report_interval_ms))
      host.apply(answer.statements)
      this.#remember(report, sentAt)
      return answer
    } catch (error) {
      if (!this.#away) log.warn({ err: error }, 'the scheduler does not answer; going on with the last set')
      this.#away = true
      return undefined
    }
  }

  #build(nowMs: number): WorkerReport {
    const { host, identity, usage } = this.#options
    return {
      worker: { ...identity, ...usage(), draining: this.#draining },
      sent_at_ms: nowMs,
      statements: host.jobs.map((job) => statementReport(job, this.#before.get(keyOf(job.assignment)), nowMs)),
    }
  }

  /** Rates are over what lies between two reports that arrived. */
  #remember(report: WorkerReport, atMs: number): void {
    this.#before.clear()
    for (const s of report.statements) {
      this.#before.set(`${s.statement_version}/${s.epoch}`, { atMs, counters: s.counters })
    }
  }
}

const keyOf = (a: { readonly statement_version: string; readonly epoch: number }): string => `${a.statement_version}/${a.epoch}`
