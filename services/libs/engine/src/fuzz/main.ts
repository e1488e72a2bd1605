/** Command line of the fuzzer; see HELP. Only this file touches clocks, threads and the console. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import {
  ALL_CHECKS,
  BIND_EVERY,
  FORMAT_EVERY,
  type FuzzOptions,
  type FuzzResult,
  fuzz,
  GROWN_EVERY,
  HANG_MS,
  inputOfRun,
  ROUND_TRIP_EVERY,
} from './run.ts'

const HELP = `fuzz [--runs N] [--seed S] [--threads T] [--run NUMBER]

  Feeds generated and broken SQL to lexer, parser, splitter, unparse, formatter and binder. Exits with 1 where a promise is
  broken, something throws, or one input takes more than ${HANG_MS} ms of CPU time.

  --runs N      how many inputs (100000)
  --seed S      a number: the same seed gives the same inputs (1)
  --threads T   worker threads (one a core)
  --run NUMBER  repeats this run alone, with all checks, and prints its input

  Every input goes through lexer, parser and splitter: tokens cover the text, spans nest, mistakes have diagnostics, the
  splitter sees the parser's statements. By the number of the run, one input in ${ROUND_TRIP_EVERY} is printed from its tree and parsed
  again (the tree is the same), one in ${FORMAT_EVERY} is formatted twice, and one in ${BIND_EVERY} is bound to a catalog. Most inputs are short;
  one in ${GROWN_EVERY} is grown to thousands of characters and has all checks, so that what grows faster than its text shows as a hang.
`

type Share = Pick<FuzzOptions, 'seed' | 'from' | 'to'>

const nowMs = (): number => performance.now()

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      run: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seed = Number(values.seed)
  if (values.run !== undefined) {
    const from = Number(values.run)
    console.log(inputOfRun(seed, from))
    return report(seed, [fuzz({ seed, from, to: from + 1, checks: ALL_CHECKS, nowMs, cpuMs })])
  }
  const threads = Math.max(1, Number(values.threads))
  const runs = Number(values.runs)
  const started = performance.now()
  const border = (share: number): number => Math.floor((runs * share) / threads)
  const shares = Array.from({ length: threads }, (_, share) => ({ seed, from: border(share), to: border(share + 1) }))
  const results = await Promise.all(shares.map((share) => runShare(share, threads)))
  const seconds = (performance.now() - started) / 1000
  const code = report(seed, results)
  const done = results.reduce((sum, result) => sum + result.runs, 0)
  const cpuSeconds = results.reduce((sum, result) => sum + result.cpuMs, 0) / 1000
  console.log(
    `fuzz: ${seconds.toFixed(1)} s, ${Math.round(done / seconds)} runs/s on ${threads} thread${threads === 1 ? '' : 's'}, ` +
      `${Math.round(done / cpuSeconds)} runs a CPU second`,
  )
  return code
}

function runShare(share: Share, threads: number): Promise<FuzzResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.on('message', (message: FuzzResult | number) => {
      if (typeof message !== 'number') resolve(message)
      else if (share.from === 0) console.log(`fuzz: about ${message * threads} runs`)
    })
    worker.on('error', reject)
  })
}

function report(seed: number, results: readonly FuzzResult[]): number {
  const sum = (count: (result: FuzzResult) => number): number => results.reduce((total, result) => total + count(result), 0)
  const most = (value: (result: FuzzResult) => number): number => Math.max(...results.map(value))
  const failures = results.flatMap((result) => result.failures)
  for (const { run, text, promise } of failures) console.log(`fuzz: run ${run} broke: ${promise}\n${text}`)
  const runs = sum((r) => r.runs)
  const hangs = failures.filter(({ hang }) => hang).length
  console.log(
    `fuzz: inputs of ${Math.round(sum((r) => r.characters) / Math.max(1, runs))} characters on average, ${most((r) => r.longest)} the longest; ` +
      `${sum((r) => r.accepted)} statements accepted, ${sum((r) => r.refused)} refused, ${sum((r) => r.bound)} bound; ` +
      `${sum((r) => r.roundTrips)} inputs printed and parsed again, ${sum((r) => r.formats)} formatted, ${sum((r) => r.binds)} sent to the binder`,
  )
  console.log(
    `fuzz: seed ${seed}, ${runs} runs, ${failures.length - hangs} failures, ${hangs} hangs, slowest ${most((r) => r.slowestMs).toFixed(1)} ms`,
  )
  return failures.length > 0 ? 1 : 0
}

if (isMainThread) process.exitCode = await main()
else parentPort?.postMessage(fuzz({ ...(workerData as Share), nowMs, cpuMs, progress: (runs) => parentPort?.postMessage(runs) }))
