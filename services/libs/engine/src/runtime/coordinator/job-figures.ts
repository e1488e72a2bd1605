/** Turns what the threads publish into the figures of a report. Counters of threads that have ended stay counted. */
import type { PhysicalPlan } from '../../plan/physical.ts'
import type { JobCounters, JobReport } from '../job.ts'
import type { ThreadField, ThreadStats } from '../thread/thread-stats.ts'

const COUNTERS = ['cpuUs', 'recordsIn', 'recordsOut', 'bytesIn', 'bytesOut', 'lateRecordsDropped', 'errorsIgnored'] as const
/** Rates over shorter times than this are noise: the figures of the last window are given again. */
const WINDOW_MS_MIN = 200
const STATE_SOFT_SHARE = 0.8
/** From here on a window counts as load. */
const LOADED_BUSY = 0.3

interface ThreadTimes {
  readonly cpuMs: number
  readonly usefulMs: number
}

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
  #window: { atMs: number; threads: readonly ThreadTimes[]; recordsIn: number } | null = null
  /** The last true rate seen under load. */
  #loadedRate: number | null = null
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
    const recordsIn = this.#sum('recordsIn')
    const threads = this.#threads.map((stats) => ({ cpuMs: stats.get('cpuUs') / 1_000, usefulMs: stats.get('usefulUs') / 1_000 }))
    const before = this.#window
    if (before !== null && atMs - before.atMs < WINDOW_MS_MIN) return this.#rates
    this.#window = { atMs, recordsIn, threads }
    if (before === null) return this.#rates
    const spent = threads.map(({ cpuMs, usefulMs }, i) => ({
      cpuMs: cpuMs - (before.threads[i]?.cpuMs ?? 0),
      usefulMs: usefulMs - (before.threads[i]?.usefulMs ?? 0),
    }))
    const rate = ((recordsIn - before.recordsIn) * 1_000) / (atMs - before.atMs)
    this.#rates = this.#ratesOf(rate, (atMs - before.atMs) * this.#share, spent)
    return this.#rates
  }

  /**
   * The busiest thread tells what the job could do: its allowed time less what it costs anyway, over the useful time a record. With
   * little load a record is dear (batches of one row), so a rate that was seen under load holds until there is load again.
   */
  #ratesOf(rate: number, allowedMs: number, threads: readonly ThreadTimes[]): Rates {
    const busiest = threads.reduce((most, thread) => (thread.cpuMs > most.cpuMs ? thread : most), { cpuMs: 0, usefulMs: 0 })
    const busy = Math.min(1, busiest.cpuMs / allowedMs)
    if (rate === 0 || busiest.usefulMs <= 0) return { busy, trueRate: this.#rates.trueRate }
    const free = Math.max(allowedMs, busiest.cpuMs) - (busiest.cpuMs - busiest.usefulMs)
    const estimate = (rate * free) / busiest.usefulMs
    if (busy >= LOADED_BUSY) this.#loadedRate = estimate
    return { busy, trueRate: Math.max(estimate, busy >= LOADED_BUSY ? 0 : (this.#loadedRate ?? 0)) }
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
