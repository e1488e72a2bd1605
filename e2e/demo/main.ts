// `npm run demo`: two tenants, live input, a flood, a killed worker, a restarted scheduler; then everything is checked from outside.
// Exit 0 only if all of it held.
import fs from 'node:fs'
import { parseArgs } from 'node:util'
import { type DemoReport, judge } from './report.ts'
import { runScenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    report: { type: 'string' },
    'drop-wakeups': { type: 'boolean', default: false },
    outage: { type: 'string', default: '0' },
    flood: { type: 'string', default: '10000000' },
    keep: { type: 'boolean', default: false },
  },
})

const started = performance.now()
const report: DemoReport = {
  started_at: new Date().toISOString(),
  mode: { drop_wakeups: values['drop-wakeups'], outage_seconds: Number(values.outage) },
  duration_ms: 0,
  steps: [],
  failures: [],
}
try {
  await runScenario(report, { flood: Number(values.flood), keepData: values.keep })
} catch (error) {
  report.failures.push((error as Error).stack ?? String(error))
}
report.duration_ms = Math.round(performance.now() - started)
report.failures = judge(report)
if (values.report !== undefined) fs.writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`)

const { exactly_once: once, recovery, scaling, metering, isolation, throughput, outage } = report
console.log(`\ndemo: ${(report.duration_ms / 1000).toFixed(0)} s`)
for (const step of report.steps) console.log(`  ${step.name.padEnd(34)} ${step.ms.toFixed(0).padStart(7)} ms`)
if (once)
  console.log(
    `  exactly once   ${once.expected_rows} rows expected, ${once.missing} missing, ${once.duplicate} duplicate (${once.input_rows} read)`,
  )
if (recovery)
  console.log(
    `  recovery       detected in ${recovery.detect_ms.toFixed(0)} ms, running again after ${recovery.resume_ms.toFixed(0)} ms`,
  )
if (scaling)
  console.log(
    `  scaling        ${scaling.decisions.length} decisions, at most ${scaling.max_workers} workers and ${scaling.max_cu} CU, at the end ${scaling.final_workers}`,
  )
if (metering)
  console.log(
    `  metering       ledger ${metering.ledger_cu_seconds.toFixed(2)} CU-s, observed ${metering.observed_cu_seconds.toFixed(2)} CU-s (${metering.difference_percent.toFixed(2)} %)`,
  )
if (isolation) console.log(`  isolation      ${isolation.probes} probes, ${isolation.leaks} leaks`)
if (throughput)
  console.log(
    `  throughput     ${Math.round(throughput.events_per_second)} events/s, ${Math.round(throughput.events_per_cpu_second)} events per CPU-second`,
  )
if (outage)
  console.log(
    `  outage         ${outage.committed_percent.toFixed(2)} % of ${outage.input_rows} rows committed in ${outage.seconds} s, freshness at most ${outage.freshness_ms_max} ms`,
  )
for (const failure of report.failures) console.log(`  FAILED ${failure}`)
console.log(report.failures.length === 0 ? 'everything held' : `${report.failures.length} did not hold`)
process.exit(report.failures.length === 0 ? 0 : 1)
