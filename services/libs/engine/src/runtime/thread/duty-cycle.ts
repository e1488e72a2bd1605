/**
 * Keeps a thread to its share of a core. A token bucket over CPU time: the share flows in with the wall clock, what the thread
 * used flows out; in debt the thread sleeps in short slices, so that it stays responsive to messages.
 */
const SLICE_MS_MAX = 50
const BURST_WALL_MS = 200
/** Debt is forgiven beyond this much sleep: one long collection must not silence a small slot for many seconds. */
const DEBT_WALL_MS_MAX = 2_000

export class DutyCycle {
  readonly #share: number
  #tokensMs: number
  #lastMs: number
  #lastCpuMs: number

  /** `share` in cores, > 0. Times are milliseconds: wall and the thread's CPU. */
  constructor(share: number, nowMs: number, cpuMs: number) {
    this.#share = share
    this.#tokensMs = BURST_WALL_MS * share
    this.#lastMs = nowMs
    this.#lastCpuMs = cpuMs
  }

  /** How long to sleep now; 0 = the thread has tokens. */
  sleepMs(nowMs: number, cpuMs: number): number {
    const share = this.#share
    const flow = (nowMs - this.#lastMs) * share - (cpuMs - this.#lastCpuMs)
    this.#lastMs = nowMs
    this.#lastCpuMs = cpuMs
    this.#tokensMs = Math.max(-DEBT_WALL_MS_MAX * share, Math.min(BURST_WALL_MS * share, this.#tokensMs + flow))
    return this.#tokensMs >= 0 ? 0 : Math.min(SLICE_MS_MAX, Math.max(1, -this.#tokensMs / share))
  }
}
