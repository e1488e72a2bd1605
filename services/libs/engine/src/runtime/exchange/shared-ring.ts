/**
 * A pipe between two threads: a byte ring in a SharedArrayBuffer with one writer and one reader. Positions only grow (modulo 2^32)
 * and are published by Atomics, so neither side locks or waits. A frame larger than a quarter of the ring travels in pieces.
 *
 *   words 0 head (read up to here), 1 tail (written up to here); data from byte 64
 *   piece: u32 bytes, u32 flags (1 = more pieces follow), payload, padded to 8
 */
import type { FramePipe } from './frame-pipe.ts'
import { RESERVED_BYTES } from './frame-pipe.ts'

const DATA_OFFSET = 64
const PIECE_HEADER = 8
const HEAD = 0
const TAIL = 1
const align = (n: number): number => (n + 7) & ~7

export interface RingEnds {
  /** Called after a write: the reader may have slept. */
  readonly onWritten?: () => void
  /** Called after a read: the writer may have waited for credit. */
  readonly onRead?: () => void
}

/** `capacityBytes` is a power of two, at least 64 KiB. */
export function allocateRing(capacityBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(DATA_OFFSET + capacityBytes)
}

export class SharedRing implements FramePipe {
  readonly #words: Uint32Array
  readonly #data: Uint8Array
  readonly #capacity: number
  readonly #ends: RingEnds
  /** Writer: how much of the frame that is being written in pieces is in the ring. */
  #written = 0
  #pieces: Uint8Array[] = []

  constructor(memory: SharedArrayBuffer, ends: RingEnds = {}) {
    this.#words = new Uint32Array(memory, 0, 2)
    this.#data = new Uint8Array(memory, DATA_OFFSET)
    this.#capacity = this.#data.length
    this.#ends = ends
  }

  write(frame: Uint8Array, urgent: boolean): boolean {
    const pieceMax = this.#capacity >> 2
    let moved = false
    for (;;) {
      const rest = frame.length - this.#written
      const size = Math.min(rest, pieceMax)
      if (!this.#writePiece(frame.subarray(this.#written, this.#written + size), size < rest, urgent)) break
      moved = true
      this.#written += size
      if (size === rest) {
        this.#written = 0
        this.#ends.onWritten?.()
        return true
      }
    }
    if (moved) this.#ends.onWritten?.()
    return false
  }

  #writePiece(piece: Uint8Array, more: boolean, urgent: boolean): boolean {
    const tail = Atomics.load(this.#words, TAIL)
    const used = (tail - Atomics.load(this.#words, HEAD)) >>> 0
    const need = PIECE_HEADER + align(piece.length)
    if (used + need > this.#capacity - (urgent ? 0 : RESERVED_BYTES)) return false
    this.#putWord(tail, piece.length)
    this.#putWord(tail + 4, more ? 1 : 0)
    this.#copyIn(tail + PIECE_HEADER, piece)
    Atomics.store(this.#words, TAIL, (tail + need) >>> 0)
    return true
  }

  read(): Uint8Array | undefined {
    let read = false
    let frame: Uint8Array | undefined
    for (;;) {
      const head = Atomics.load(this.#words, HEAD)
      if (head === Atomics.load(this.#words, TAIL)) break
      const length = this.#getWord(head)
      const more = this.#getWord(head + 4) === 1
      const piece = new Uint8Array(length)
      this.#copyOut(head + PIECE_HEADER, piece)
      Atomics.store(this.#words, HEAD, (head + PIECE_HEADER + align(length)) >>> 0)
      read = true
      if (more || this.#pieces.length > 0) this.#pieces.push(piece)
      else frame = piece
      if (!more) {
        frame ??= this.#join()
        break
      }
    }
    if (read) this.#ends.onRead?.()
    return frame
  }

  #join(): Uint8Array {
    const whole = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    return whole
  }

  #putWord(position: number, value: number): void {
    const at = (position >>> 0) % this.#capacity
    const data = this.#data
    data[at] = value
    data[at + 1] = value >>> 8
    data[at + 2] = value >>> 16
    data[at + 3] = value >>> 24
  }

  #getWord(position: number): number {
    const at = (position >>> 0) % this.#capacity
    const data = this.#data
    return (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)) >>> 0
  }

  #copyIn(position: number, bytes: Uint8Array): void {
    const at = (position >>> 0) % this.#capacity
    const first = Math.min(bytes.length, this.#capacity - at)
    this.#data.set(bytes.subarray(0, first), at)
    if (first < bytes.length) this.#data.set(bytes.subarray(first), 0)
  }

  #copyOut(position: number, out: Uint8Array): void {
    const at = (position >>> 0) % this.#capacity
    const first = Math.min(out.length, this.#capacity - at)
    out.set(this.#data.subarray(at, at + first))
    if (first < out.length) out.set(this.#data.subarray(0, out.length - first), first)
  }
}
