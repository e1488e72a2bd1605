import { checkBind } from './check-bind.ts'
import { checkSql } from './check-sql.ts'
import { mutate } from './mutate.ts'
import { Random, seedOfRun } from './random.ts'
import { statement } from './statement-generator.ts'

/** CPU time that one input may take, with all checks. */
export const HANG_MS = 50
/** Time on the clock from which it is worth to ask for the CPU time. */
const SUSPECT_MS = 20
const FAILURES_MAX = 20
const PROGRESS_EVERY = 50_000

/** Lexer, parser, spans and splitter see every input. What costs more sees one in so many, by the number of the run. */
export const ROUND_TRIP_EVERY = 4
export const FORMAT_EVERY = 8
export const BIND_EVERY = 8
/** One input in so many repeats itself until it is long, and has all checks: what grows faster than its text shows as a hang. */
export const GROWN_EVERY = 512
const GROWN_LENGTH_MAX = 4096

export type Checks = Readonly<{ roundTrip: boolean; format: boolean; bind: boolean }>

export const ALL_CHECKS: Checks = { roundTrip: true, format: true, bind: true }

function isGrown(run: number): boolean {
  return run % GROWN_EVERY === GROWN_EVERY - 1
}

/** The checks that are due in a run. They fall on different runs, so that of the short inputs none pays for all of them. */
export function checksOfRun(run: number): Checks {
  if (isGrown(run)) return ALL_CHECKS
  return { roundTrip: run % ROUND_TRIP_EVERY === 0, format: run % FORMAT_EVERY === 1, bind: run % BIND_EVERY === 2 }
}

export type Failure = Readonly<{ run: number; text: string; promise: string; hang: boolean }>

export type FuzzCounts = Readonly<{
  runs: number
  characters: number
  longest: number
  accepted: number
  refused: number
  roundTrips: number
  formats: number
  binds: number
  bound: number
  /** Of one input: on the clock, or of CPU time where that was worth asking for. */
  slowestMs: number
  /** CPU time of the whole loop. */
  cpuMs: number
}>

export type FuzzResult = FuzzCounts & Readonly<{ failures: readonly Failure[] }>

export type FuzzOptions = Readonly<{
  seed: number
  /** Runs from `from` up to, without, `to`. */
  from: number
  to: number
  /** Instead of those that are due in each run. */
  checks?: Checks
  /** Milliseconds of any clock: cheap to read. */
  nowMs: () => number
  /** Milliseconds of CPU time that this thread used. */
  cpuMs: () => number
  /** Told now and then how many runs are done. */
  progress?: (runs: number) => void
}>

/** The input of one run: a statement of the grammar, a script of some, or a broken or very long one. Most are short. */
export function inputOfRun(seed: number, run: number): string {
  const random = new Random(seedOfRun(seed, run))
  const text = random.once(6) ? script(random) : statement(random, depthOf(random))
  const grown = isGrown(run) ? grow(random, text) : text
  return random.once(3) ? grown : mutate(random, grown)
}

/** 0 to 3: deep ones are rare, since a level multiplies the length of a statement. */
function depthOf(random: Random): number {
  const draw = random.below(15)
  return draw < 6 ? 0 : draw < 11 ? 1 : draw < 14 ? 2 : 3
}

function script(random: Random): string {
  let text = statement(random, depthOf(random))
  const more = random.once(16) ? random.below(16) : 1
  for (let i = 0; i < more; i++) text += `; ${statement(random, depthOf(random))}`
  return text
}

const JOINTS = ['; ', ' ', ', ', ' UNION ALL ', ' AND ', ' (', '\n'] as const

/** A text, or a piece of it, again and again. */
function grow(random: Random, text: string): string {
  const at = random.once(2) ? 0 : random.below(text.length)
  const piece = random.pick(JOINTS) + text.slice(at, at + (random.once(2) ? text.length : 1 + random.below(24)))
  const length = GROWN_LENGTH_MAX >> random.below(3)
  return (text + piece.repeat(Math.ceil(length / piece.length))).slice(0, text.length + length)
}

export function fuzz(options: FuzzOptions): FuzzResult {
  const { seed, from, to, checks, nowMs, cpuMs, progress } = options
  const failures: Failure[] = []
  const counts = {
    runs: 0,
    characters: 0,
    longest: 0,
    accepted: 0,
    refused: 0,
    roundTrips: 0,
    formats: 0,
    binds: 0,
    bound: 0,
    slowestMs: 0,
    cpuMs: 0,
  }
  const cpuBefore = cpuMs()
  let before = nowMs()
  for (let run = from; run < to && failures.length < FAILURES_MAX; run++) {
    const text = inputOfRun(seed, run)
    try {
      tally(counts, text, checks ?? checksOfRun(run))
    } catch (error) {
      failures.push({ run, text, promise: error instanceof Error ? error.message : String(error), hang: false })
    }
    const now = nowMs()
    const took = now - before
    before = now
    if (took <= SUSPECT_MS) counts.slowestMs = Math.max(counts.slowestMs, took)
    else {
      const least = leastCpuMs(text, cpuMs)
      counts.slowestMs = Math.max(counts.slowestMs, least)
      if (least > HANG_MS) failures.push({ run, text, promise: `takes ${least.toFixed(0)} ms of CPU time`, hang: true })
      before = nowMs()
    }
    if (++counts.runs % PROGRESS_EVERY === 0) progress?.(counts.runs)
  }
  return { ...counts, cpuMs: cpuMs() - cpuBefore, failures }
}

type Tally = { -readonly [Count in keyof FuzzCounts]: number }

function tally(counts: Tally, text: string, checks: Checks): void {
  counts.characters += text.length
  if (text.length > counts.longest) counts.longest = text.length
  const { accepted, refused } = checkSql(text, checks)
  counts.accepted += accepted
  counts.refused += refused
  if (checks.roundTrip) counts.roundTrips++
  if (checks.format) counts.formats++
  if (!checks.bind) return
  counts.binds++
  counts.bound += checkBind(text)
}

/**
 * CPU time of all checks on a text. The first run of a path pays for compilation and collection, so the best of three
 * counts.
 */
function leastCpuMs(text: string, cpuMs: () => number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3 && (i === 0 || least > SUSPECT_MS); i++) {
    const before = cpuMs()
    try {
      checkSql(text, ALL_CHECKS)
      checkBind(text)
    } catch {
      // It is a failure of its own, where its check is due.
    }
    least = Math.min(least, cpuMs() - before)
  }
  return least
}
