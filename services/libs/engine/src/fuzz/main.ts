/**
 * `node services/libs/engine/src/fuzz/main.ts --runs N --seed S [--threads T] [--only RUN]`
 * Feeds generated and broken SQL to lexer, parser, unparse, splitter, formatter and binder on all cores. Exits with 1 where a promise
 * is broken, something throws, or one input takes over 50 ms of CPU time. `--only` repeats one run and prints its input.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type FuzzOptions, type FuzzResult, fuzz, inputOfRun } from './run.ts'

type Share = Pick<FuzzOptions, 'seed' | 'from' | 'to' | 'step'>

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
      only: { type: 'string' },
    },
  })
  const seed = Number(values.seed)
  if (values.only !== undefined) {
    const from = Number(values.only)
    console.log(inputOfRun(seed, from))
    return report(seed, [fuzz({ seed, from, to: from + 1, step: 1, nowMs, cpuMs })])
  }
  const threads = Math.max(1, Number(values.threads))
  const started = performance.now()
  const shares = Array.from({ length: threads }, (_, from) => ({ seed, from, to: Number(values.runs), step: threads }))
  const results = await Promise.all(shares.map(runShare))
  const seconds = (performance.now() - started) / 1000
  const code = report(seed, results)
  const runs = results.reduce((sum, result) => sum + result.runs, 0)
  console.log(`fuzz: ${seconds.toFixed(1)} s, ${Math.round(runs / seconds)} runs/s on ${threads} threads`)
  return code
}

function runShare(share: Share): Promise<FuzzResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.on('message', (message: FuzzResult | number) => {
      if (typeof message !== 'number') resolve(message)
      else if (share.from === 0) console.log(`fuzz: ${message * share.step} runs`)
    })
    worker.on('error', reject)
  })
}

function report(seed: number, results: readonly FuzzResult[]): number {
  const sum = (count: (result: FuzzResult) => number): number => results.reduce((total, result) => total + count(result), 0)
  const failures = results.flatMap((result) => result.failures)
  for (const { run, text, promise } of failures) console.log(`fuzz: run ${run} broke: ${promise}\n${text}`)
  const slowest = Math.max(...results.map((result) => result.slowestMs))
  console.log(
    `fuzz: seed ${seed}, ${sum((r) => r.runs)} runs, ${sum((r) => r.accepted)} statements accepted, ${sum((r) => r.refused)} refused, ${sum((r) => r.bound)} bound, ` +
      `${failures.length} failures, slowest ${slowest.toFixed(1)} ms`,
  )
  return failures.length > 0 ? 1 : 0
}

if (isMainThread) process.exitCode = await main()
else parentPort?.postMessage(fuzz({ ...(workerData as Share), nowMs, cpuMs, progress: (runs) => parentPort?.postMessage(runs) }))
