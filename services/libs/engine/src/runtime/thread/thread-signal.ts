/** A word in shared memory by which anybody wakes a thread that sleeps without blocking its event loop. */
export class ThreadSignal {
  readonly #words: Int32Array
  readonly #index: number

  constructor(memory: SharedArrayBuffer, thread: number) {
    this.#words = new Int32Array(memory)
    this.#index = thread
  }

  static allocate(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer(threads * 4)
  }

  raise(): void {
    Atomics.add(this.#words, this.#index, 1)
    Atomics.notify(this.#words, this.#index)
  }

  /** Read before looking for work, so that a raise in between is not missed. */
  current(): number {
    return Atomics.load(this.#words, this.#index)
  }

  /** Resolves when the signal is no longer `seen`, or after `timeoutMs`. */
  async wait(seen: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, this.#index, seen, timeoutMs)
    if (waiting.async) await waiting.value
  }
}
