import { checkBind } from './check-bind.ts'
import { checkSql } from './check-sql.ts'
import { mutate } from './mutate.ts'
import { Random, seedOfRun } from './random.ts'
import { statement } from './statement-generator.ts'

export const HANG_MS = 50
const FAILURES_MAX = 20
/** Formatting is checked in one run of so many: it costs as much as all the rest. */
const FORMAT_EVERY = 4
/** And binding in one of so many. */
const BIND_EVERY = 3

export type Failure = Readonly<{ run: number; text: string; promise: string }>

export type FuzzResult = Readonly<{
  runs: number
  accepted: number
  refused: number
  bound: number
  slowestMs: number
  failures: readonly Failure[]
}>

export type FuzzOptions = Readonly<{
  seed: number
  /** Runs from `from` on, each `step`-th. */
  from: number
  to: number
  step: number
  /** Milliseconds of any clock: cheap to read. */
  nowMs: () => number
  /** Milliseconds of CPU time that this thread used. */
  cpuMs: () => number
  /** Told now and then how many runs are done. */
  progress?: (runs: number) => void
}>

/** The input of one run: a statement of the grammar, a script of some, or a broken one. */
export function inputOfRun(seed: number, run: number): string {
  const random = new Random(seedOfRun(seed, run))
  const text = random.once(6) ? `${statement(random)}; ${statement(random)}` : statement(random)
  return random.once(3) ? text : mutate(random, text)
}

export function fuzz(options: FuzzOptions): FuzzResult {
  const { seed, from, to, step, nowMs, cpuMs, progress } = options
  const failures: Failure[] = []
  const counts = { runs: 0, accepted: 0, refused: 0, bound: 0, slowestMs: 0 }
  for (let run = from; run < to && failures.length < FAILURES_MAX; run += step) {
    const text = inputOfRun(seed, run)
    const before = nowMs()
    try {
      const { accepted, refused } = checkSql(text, { format: run % FORMAT_EVERY === 0 })
      counts.accepted += accepted
      counts.refused += refused
      if (run % BIND_EVERY === 0) counts.bound += checkBind(text)
    } catch (error) {
      failures.push({ run, text, promise: error instanceof Error ? error.message : String(error) })
    }
    const took = nowMs() - before
    if (took > HANG_MS && isSlowAgain(text, cpuMs)) failures.push({ run, text, promise: `takes ${took.toFixed(0)} ms` })
    counts.slowestMs = Math.max(counts.slowestMs, took)
    if (++counts.runs % 20_000 === 0) progress?.(counts.runs)
  }
  return { ...counts, failures }
}

/** The first run of a path pays for compilation, collection and other processes: only what is slow again is a hang. */
function isSlowAgain(text: string, cpuMs: () => number): boolean {
  for (let i = 0; i < 3; i++) {
    const before = cpuMs()
    try {
      checkSql(text, { format: true })
      checkBind(text)
    } catch {
      return false
    }
    if (cpuMs() - before <= HANG_MS) return false
  }
  return true
}
