/**
 * The minimum of the watermarks of several inputs (splits of a source, channels of an operator). Idle and ended inputs do not hold
 * it back; it never goes back itself. When the last active input turns idle, the result rises to the highest watermark seen, as in
 * Flink's StatusWatermarkValve.
 */
import { type Batch, WATERMARK_MAX, WATERMARK_MIN, type WatermarkPoint } from '../../data/batch.ts'

export class WatermarkCombiner {
  readonly #marks: number[] = []
  readonly #idle: boolean[] = []
  #current = WATERMARK_MIN

  /** Adds an input; gives its slot. */
  add(watermark = WATERMARK_MIN, idle = false): number {
    this.#idle.push(idle)
    return this.#marks.push(watermark) - 1
  }

  get current(): number {
    return this.#current
  }

  /** True when there are inputs and all are idle. */
  get allIdle(): boolean {
    return this.#idle.length > 0 && this.#idle.every(Boolean)
  }

  isIdle(slot: number): boolean {
    return this.#idle[slot] === true
  }

  watermarkOf(slot: number): number {
    return this.#marks[slot] ?? WATERMARK_MIN
  }

  /** Starts from a restored minimum. */
  restore(watermark: number): void {
    this.#current = Math.max(this.#current, watermark)
  }

  /** The combined watermark if it rose, else null. */
  raise(slot: number, watermark: number): number | null {
    if (watermark > this.#marks[slot]!) this.#marks[slot] = watermark
    return this.#recompute()
  }

  setIdle(slot: number, idle: boolean): number | null {
    if (this.#idle[slot] === idle) return null
    this.#idle[slot] = idle
    return this.#recompute()
  }

  end(slot: number): number | null {
    this.#idle[slot] = false
    return this.raise(slot, WATERMARK_MAX)
  }

  #recompute(): number | null {
    const marks = this.#marks
    let low = Number.POSITIVE_INFINITY
    let high = WATERMARK_MIN
    for (let i = 0; i < marks.length; i++) {
      if (marks[i]! > high) high = marks[i]!
      if (!this.#idle[i] && marks[i]! < low) low = marks[i]!
    }
    const next = low === Number.POSITIVE_INFINITY ? high : low
    if (next <= this.#current) return null
    this.#current = next
    return next
  }

  /** The batch with the points of one input turned into points of the combined watermark. */
  translate(slot: number, batch: Batch): Batch {
    if (batch.marks.length === 0) return batch
    const marks: WatermarkPoint[] = []
    for (const mark of batch.marks) {
      const combined = this.raise(slot, mark.watermark)
      if (combined !== null) marks.push({ row: mark.row, watermark: combined })
    }
    return { ...batch, marks }
  }
}
