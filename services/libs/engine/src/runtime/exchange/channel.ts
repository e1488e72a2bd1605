/**
 * The two ends of a channel: stream elements over a pipe. The sender keeps what the pipe has no credit for; while anything is kept
 * the task polls no input of the fragment, so it stays within one input's output.
 *
 *   frame: the 16 bytes of the packer's header with the kind in the last word; rows, or f64 of Watermark, Idle, Barrier, End
 */
import { assert } from '@millrace/kit'
import type { Batch, StreamElement } from '../../data/batch.ts'
import type { FramePipe } from './frame-pipe.ts'
import type { RowPacker, RowSelection } from './row-packer.ts'

const KIND = { BATCH: 0, WATERMARK: 1, IDLE: 2, BARRIER: 3, END: 4 } as const
const HEADER_BYTES = 16
const KIND_WORD = 3
/** Rows of one frame; a larger selection is cut. */
export const FRAME_ROWS_MAX = 8192

export class ChannelSender {
  readonly #pipe: FramePipe
  readonly #packer: RowPacker
  readonly #kept: { frame: Uint8Array; urgent: boolean }[] = []

  constructor(pipe: FramePipe, packer: RowPacker) {
    this.#pipe = pipe
    this.#packer = packer
  }

  /** Copies the selected rows. */
  send(batch: Batch, selection: RowSelection): void {
    if (selection.count <= FRAME_ROWS_MAX) {
      this.#sendRows(batch, selection)
      return
    }
    const { rows, count, marks } = selection
    for (let from = 0; from < count; from += FRAME_ROWS_MAX) {
      const size = Math.min(FRAME_ROWS_MAX, count - from)
      const last = from + size === count
      const inside = marks.filter((mark) => mark.row >= from && (mark.row < from + size || last))
      this.#sendRows(batch, {
        rows: rows ? rows.subarray(from, from + size) : Int32Array.from({ length: size }, (_, i) => from + i),
        count: size,
        marks: inside.map((mark) => ({ row: mark.row - from, watermark: mark.watermark })),
      })
    }
  }

  #sendRows(batch: Batch, selection: RowSelection): void {
    this.#write(this.#packer.pack(batch, selection), false)
  }

  watermark(timestamp: number): void {
    this.#write(controlFrame(KIND.WATERMARK, timestamp), true)
  }

  idle(idle: boolean): void {
    this.#write(controlFrame(KIND.IDLE, idle ? 1 : 0), true)
  }

  barrier(checkpoint: number): void {
    this.#write(controlFrame(KIND.BARRIER, checkpoint), true)
  }

  end(): void {
    this.#write(controlFrame(KIND.END, 0), true)
  }

  #write(frame: Uint8Array, urgent: boolean): void {
    if (this.#kept.length > 0 || !this.#pipe.write(frame, urgent)) this.#kept.push({ frame, urgent })
  }

  /** Moves what is kept into the pipe as far as credit goes; true when nothing is kept any more. */
  flush(): boolean {
    for (;;) {
      const next = this.#kept[0]
      if (next === undefined) return true
      if (!this.#pipe.write(next.frame, next.urgent)) return false
      this.#kept.shift()
    }
  }
}

export type ChannelElement =
  | Exclude<StreamElement, { kind: 'Barrier' }>
  | { readonly kind: 'Barrier'; readonly checkpoint: number }

export class ChannelReceiver {
  readonly #pipe: FramePipe
  readonly #packer: RowPacker

  constructor(pipe: FramePipe, packer: RowPacker) {
    this.#pipe = pipe
    this.#packer = packer
  }

  poll(): ChannelElement | undefined {
    const frame = this.#pipe.read()
    if (frame === undefined) return undefined
    const kind = new Uint32Array(frame.buffer, frame.byteOffset, KIND_WORD + 1)[KIND_WORD]!
    if (kind === KIND.BATCH) return { kind: 'Batch', batch: this.#packer.unpack(frame) }
    const value = new Float64Array(frame.buffer, frame.byteOffset + HEADER_BYTES, 1)[0]!
    switch (kind) {
      case KIND.WATERMARK:
        return { kind: 'Watermark', timestamp: value }
      case KIND.IDLE:
        return { kind: 'Idle', idle: value === 1 }
      case KIND.BARRIER:
        return { kind: 'Barrier', checkpoint: value }
      default:
        assert(kind === KIND.END, `unknown frame kind ${kind}`)
        return { kind: 'End' }
    }
  }
}

function controlFrame(kind: number, value: number): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + 8)
  new Uint32Array(frame.buffer, 0, KIND_WORD + 1)[KIND_WORD] = kind
  new Float64Array(frame.buffer, HEADER_BYTES, 1)[0] = value
  return frame
}
