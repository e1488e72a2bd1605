import type { StatementReport } from '@millrace/protocol'
import type { ScaleSample } from '../decide/decide-scale.ts'

/** Readings kept of a run: a little more than scaling down looks back. */
const SAMPLES_MAX = 90

interface Window {
  readonly epoch: number
  readonly runningSinceMs: number
  readonly sourceSplits: number
  readonly samples: ScaleSample[]
}

/** The last readings of each standing run, in memory: after a restart of the scheduler they fill again within the policy's window. */
export class SampleWindow {
  readonly #windows = new Map<string, Window>()

  add(report: StatementReport, atMs: number): void {
    if (report.state !== 'RUNNING') return
    const known = this.#windows.get(report.statement_version)
    if (known && known.epoch > report.epoch) return
    const window =
      known?.epoch === report.epoch ? known : { epoch: report.epoch, runningSinceMs: atMs, sourceSplits: 0, samples: [] }
    if (window.samples.length >= SAMPLES_MAX) window.samples.shift()
    window.samples.push({
      atMs,
      inputRate: report.rates.records_in,
      lagRecords: report.lag.records,
      freshnessMs: report.freshness_ms,
      trueRate: report.true_rate,
    })
    this.#windows.set(report.statement_version, { ...window, sourceSplits: report.source_splits })
  }

  of(version: string, epoch: number): Omit<Window, 'epoch'> | undefined {
    const window = this.#windows.get(version)
    return window?.epoch === epoch ? window : undefined
  }

  /** Forgets every run but these. */
  keepOnly(versions: ReadonlySet<string>): void {
    for (const version of this.#windows.keys()) if (!versions.has(version)) this.#windows.delete(version)
  }
}
