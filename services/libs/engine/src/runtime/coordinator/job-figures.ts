/** Turns what the threads publish into the figures of a report. Counters of threads that have ended stay counted. */
import type { PhysicalPlan } from '../../plan/physical.ts'
import type { JobCounters, JobReport } from '../job.ts'
import type { ThreadField, ThreadStats } from '../thread/thread-stats.ts'

const COUNTERS = ['cpuUs', 'recordsIn', 'recordsOut', 'bytesIn', 'bytesOut', 'lateRecordsDropped', 'errorsIgnored'] as const
/** Rates over shorter times than this are noise: the figures of the last window are given again. */
const WINDOW_MS_MIN = 200
const STATE_SOFT_SHARE = 0.8

type Rates = Pick<JobReport, 'busy' | 'trueRate'>
export type JobFigures = Pick<
  JobReport,
  'counters' | 'busy' | 'trueRate' | 'lagRecords' | 'oldestUnreadMs' | 'watermarkMs' | 'operators'
>

export class FigureKeeper {
  readonly #plan: PhysicalPlan
  /** Cores that each thread may use. */
  readonly #share: number
  #threads: readonly ThreadStats[] = []
  #before: JobCounters = zeroCounters()
  #operatorsBefore: readonly { recordsIn: number; recordsOut: number }[]
  #window: { atMs: number; cpuUs: readonly number[]; recordsIn: number } | null = null
  #rates: Rates = { busy: 0, trueRate: null }

  constructor(plan: PhysicalPlan, share: number | null) {
    this.#plan = plan
    this.#share = share ?? 1
    this.#operatorsBefore = plan.operators.map(() => ({ recordsIn: 0, recordsOut: 0 }))
  }

  /** A new run's threads take over; those before have stopped counting. */
  replace(threads: readonly ThreadStats[]): void {
    this.#operatorsBefore = this.#operators().map(({ recordsIn, recordsOut }) => ({ recordsIn, recordsOut }))
    this.#before = this.counters()
    this.#threads = threads
    this.#window = null
  }

  counters(): JobCounters {
    return Object.fromEntries(COUNTERS.map((field) => [field, this.#before[field] + this.#sum(field)])) as unknown as JobCounters
  }

  get progress(): number {
    return this.#sum('progress')
  }

  #sum(field: ThreadField): number {
    return this.#threads.reduce((sum, stats) => sum + stats.get(field), 0)
  }

  figures(monotonicMs: number): JobFigures {
    const lag = this.#sum('lagRecords')
    return {
      counters: this.counters(),
      ...this.#measure(monotonicMs),
      lagRecords: this.#threads.length === 0 || Number.isNaN(lag) ? null : lag,
      oldestUnreadMs: this.#least('oldestUnreadMs'),
      watermarkMs: this.#least('watermark'),
      operators: this.#operators(),
    }
  }

  #least(field: ThreadField): number | null {
    const known = this.#threads.map((stats) => stats.get(field)).filter((value) => !Number.isNaN(value))
    return known.length === 0 ? null : Math.min(...known)
  }

  #measure(atMs: number): Rates {
    const now = { atMs, cpuUs: this.#threads.map((stats) => stats.get('cpuUs')), recordsIn: this.#sum('recordsIn') }
    const before = this.#window
    if (before === null) this.#window = now
    else if (atMs - before.atMs >= WINDOW_MS_MIN) {
      this.#window = now
      const wallMs = atMs - before.atMs
      const busiest = Math.max(0, ...now.cpuUs.map((cpu, i) => (cpu - (before.cpuUs[i] ?? 0)) / 1000 / (wallMs * this.#share)))
      const rate = ((now.recordsIn - before.recordsIn) * 1000) / wallMs
      this.#rates = { busy: Math.min(1, busiest), trueRate: rate > 0 && busiest > 0 ? rate / busiest : this.#rates.trueRate }
    }
    return this.#rates
  }

  #operators(): JobReport['operators'] {
    return this.#plan.operators.map((op, index) => {
      const total = { recordsIn: this.#operatorsBefore[index]!.recordsIn, recordsOut: this.#operatorsBefore[index]!.recordsOut }
      let stateBytes = 0
      for (const stats of this.#threads) {
        const mine = stats.operator(index)
        total.recordsIn += mine.recordsIn
        total.recordsOut += mine.recordsOut
        stateBytes += mine.stateBytes
      }
      return { id: op.id, ...total, stateBytes }
    })
  }
}

function zeroCounters(): JobCounters {
  return Object.fromEntries(COUNTERS.map((field) => [field, 0])) as unknown as JobCounters
}

export function stateLimitState(bytes: number, limit: number): JobReport['stateLimitState'] {
  return bytes >= limit ? 'HARD' : bytes >= limit * STATE_SOFT_SHARE ? 'SOFT' : 'OK'
}
