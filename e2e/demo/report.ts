import type { Verdict } from './checker.ts'

export interface Step {
  readonly name: string
  readonly ms: number
}

export interface DemoReport {
  readonly started_at: string
  readonly mode: { readonly drop_wakeups: boolean; readonly outage_seconds: number }
  duration_ms: number
  steps: Step[]
  exactly_once?: Verdict
  recovery?: { readonly detect_ms: number; readonly resume_ms: number }
  scaling?: {
    readonly decisions: readonly unknown[]
    readonly scaled_out_in_flood: boolean
    readonly scaled_in_after: boolean
    readonly max_workers: number
    readonly final_workers: number
    readonly max_cu: number
  }
  metering?: { readonly ledger_cu_seconds: number; readonly observed_cu_seconds: number; readonly difference_percent: number }
  isolation?: { readonly probes: number; readonly leaks: number; readonly leaked: readonly string[] }
  throughput?: {
    readonly events: number
    readonly seconds: number
    readonly events_per_second: number
    readonly events_per_cpu_second: number
  }
  outage?: {
    readonly seconds: number
    readonly input_rows: number
    readonly committed_rows: number
    readonly committed_percent: number
    readonly freshness_ms_max: number
  }
  failures: string[]
}

/** What did not hold, in words; empty when the demo passed. */
export function judge(report: DemoReport): string[] {
  const failures = [...report.failures]
  const must = (held: boolean, text: string) => {
    if (!held) failures.push(text)
  }
  const { exactly_once: once, metering, isolation, scaling, outage, mode } = report
  must(
    once !== undefined && once.missing === 0 && once.duplicate === 0,
    `exactly once: ${once?.missing} missing, ${once?.duplicate} duplicate`,
  )
  must(once !== undefined && once.expected_rows > 0, 'exactly once: nothing was expected')
  must(
    metering !== undefined && Math.abs(metering.difference_percent) <= 1,
    `metering differs by ${metering?.difference_percent.toFixed(2)} %`,
  )
  if (mode.outage_seconds > 0) {
    must(
      outage !== undefined && outage.committed_percent >= 99,
      `only ${outage?.committed_percent.toFixed(2)} % committed in the outage`,
    )
    must(
      outage !== undefined && outage.freshness_ms_max <= 2000,
      `freshness was ${outage?.freshness_ms_max} ms in the outage; the objective is 2 s`,
    )
    return failures
  }
  must(
    metering !== undefined && metering.observed_cu_seconds >= 30,
    `only ${metering?.observed_cu_seconds.toFixed(1)} CU-seconds were used`,
  )
  must(
    isolation !== undefined && isolation.probes > 0 && isolation.leaks === 0,
    `isolation: ${isolation?.leaks} leaks: ${isolation?.leaked.join('; ')}`,
  )
  must(report.recovery !== undefined, 'no recovery was measured')
  must(scaling?.scaled_out_in_flood === true, 'no scale-out in the flood')
  must(scaling?.scaled_in_after === true, 'no scale-in after the flood')
  return failures
}
