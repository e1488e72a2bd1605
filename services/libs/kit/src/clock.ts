/** Time as a parameter. `now` is UTC epoch milliseconds; `monotonic` is milliseconds that never go back. */
export interface Clock {
  now(): number
  monotonic(): number
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}

/** A clock for tests: time moves only by `advance`, which wakes due sleepers in order. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: { at: number; wake: () => void }[] = []
  constructor(startMs = 1_767_225_600_000) {
    this.#now = startMs
  }
  now(): number {
    return this.#now
  }
  monotonic(): number {
    return this.#now
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers = this.#sleepers.filter((s) => s !== sleeper)
          resolve()
        },
        { once: true },
      )
    })
  }
  /** Moves time by `ms` and wakes every sleeper that is due, the earliest first. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const due = this.#sleepers.filter((s) => s.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#sleepers = this.#sleepers.filter((s) => s !== due)
      this.#now = Math.max(this.#now, due.at)
      due.wake()
      await Promise.resolve()
    }
    this.#now = end
  }
}
