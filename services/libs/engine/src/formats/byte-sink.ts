import type { ByteSink } from './format.ts'

/** A growing byte buffer. Doubling keeps appends amortised O(1); `reset` keeps the memory. */
export class GrowingBytes implements ByteSink {
  bytes: Uint8Array
  position = 0
  constructor(initialBytes = 1 << 16) {
    this.bytes = new Uint8Array(initialBytes)
  }
  ensure(extra: number): void {
    const needed = this.position + extra
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.position))
    this.bytes = grown
  }
  reset(): void {
    this.position = 0
  }
}
