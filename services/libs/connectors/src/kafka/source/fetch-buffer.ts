import type { Lease } from '@millrace/engine/connector'

/** Memory of one fetch answer; goes back to its pool when the last holder releases it. */
export class FetchBuffer implements Lease {
  readonly bytes: Uint8Array
  readonly #pool: FetchBufferPool
  #holders = 1

  constructor(bytes: Uint8Array, pool: FetchBufferPool) {
    this.bytes = bytes
    this.#pool = pool
  }

  retain(): void {
    this.#holders++
  }

  release(): void {
    if (--this.#holders > 0) return
    this.#holders = 1
    this.#pool.giveBack(this)
  }
}

const SMALL_BYTES = 64 * 1024
const LARGE_BYTES = 2 * 1024 * 1024 + SMALL_BYTES
const SPARE_MAX = 3

/** Keeps a few buffers of two sizes, so that quiet partitions cost little and busy ones allocate nothing. Larger answers are not kept. */
export class FetchBufferPool {
  readonly #small: FetchBuffer[] = []
  readonly #large: FetchBuffer[] = []

  take(length: number): FetchBuffer {
    const size = length <= SMALL_BYTES ? SMALL_BYTES : Math.max(LARGE_BYTES, length)
    const spare = size === SMALL_BYTES ? this.#small.pop() : size === LARGE_BYTES ? this.#large.pop() : undefined
    return spare ?? new FetchBuffer(new Uint8Array(size), this)
  }

  giveBack(buffer: FetchBuffer): void {
    const list = buffer.bytes.length === SMALL_BYTES ? this.#small : buffer.bytes.length === LARGE_BYTES ? this.#large : null
    if (list && list.length < SPARE_MAX) list.push(buffer)
  }
}
