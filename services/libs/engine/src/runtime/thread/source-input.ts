/**
 * A source operator on one thread: its reader, computed columns, and a watermark for each split, combined to their minimum. A
 * split is idle when polling has found nothing of it for the time-out; time in which the source was not polled does not count.
 */
import type { SourceReader } from '../../connector/source.ts'
import { type Batch, WATERMARK_MAX, WATERMARK_MIN } from '../../data/batch.ts'
import type { SourceBody } from '../../plan/physical.ts'
import type { Evaluation } from '../operator.ts'
import type { OperatorModule, WatermarkGenerator } from '../operator-module.ts'
import { type FragmentInput, type Pumped, type SplitSnapshot, Wakeup } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'
import { WatermarkCombiner } from './watermark-combiner.ts'

interface Split {
  readonly slot: number
  readonly generator: WatermarkGenerator | null
  /** Highest watermark so far; what is beyond the emitted one waits for the interval. */
  watermark: number
  silentMs: number
}

export interface SourceInputOptions {
  readonly body: SourceBody
  readonly reader: SourceReader
  readonly operators: OperatorModule
  readonly eagerWatermarks?: boolean
  readonly evaluation?: Evaluation
  readonly outlets: readonly Outlet[]
  readonly count: (rows: number, bytes: number) => void
}

export class SourceInput implements FragmentInput {
  readonly reader: SourceReader
  readonly #body: SourceBody
  readonly #operators: OperatorModule
  readonly #outlets: readonly Outlet[]
  readonly #count: (rows: number, bytes: number) => void
  readonly #project: ReturnType<OperatorModule['createSourceProjection']>
  readonly #context: { readonly evaluation?: Evaluation }
  readonly #splits = new Map<string, Split>()
  readonly #combiner = new WatermarkCombiner()
  readonly #wakeup = new Wakeup()
  readonly #eager: boolean
  #idle = false
  #started = false
  #due = false
  #lastEmitMs = 0
  #lastSilentPollMs: number | null = null

  constructor(options: SourceInputOptions) {
    this.reader = options.reader
    this.#body = options.body
    this.#operators = options.operators
    this.#outlets = options.outlets
    this.#eager = options.eagerWatermarks === true
    this.#count = options.count
    this.#context = options.evaluation ? { evaluation: options.evaluation } : {}
    this.#project = options.operators.createSourceProjection(options.body, this.#context)
  }

  addSplits(splits: readonly SplitSnapshot[]): void {
    for (const split of splits) {
      this.#splits.set(split.id, {
        slot: this.#combiner.add(WATERMARK_MIN, split.idle),
        generator: this.#body.watermark ? this.#operators.createWatermarkGenerator(this.#body, this.#context) : null,
        watermark: split.watermark,
        silentMs: 0,
      })
    }
    if (splits.length > 0) this.reader.addSplits(splits.map(({ id, position }) => ({ id, position })))
    for (const split of this.#splits.values()) this.#raise(split)
    if (this.#started) this.#publishIdle()
  }

  get introduced(): boolean {
    return this.#started
  }

  get watermark(): number {
    return this.#combiner.current
  }

  /** A pause between polls (a barrier, back-pressure) is no silence of the splits. */
  pause(): void {
    this.#lastSilentPollMs = null
  }

  pump(nowMs: number): Pumped {
    if (!this.#started) return this.#start(nowMs)
    const next = this.reader.poll()
    if (next === null) {
      if (this.reader.ended()) return this.#end()
      const before = this.#combiner.current
      this.#silence(nowMs)
      this.#emitPeriodic(nowMs)
      return this.#combiner.current === before ? 'idle' : 'worked'
    }
    this.#lastSilentPollMs = null
    this.#count(next.batch.length, next.bytes)
    const split = this.#splits.get(next.splitId)
    const batch = this.#project(next.batch)
    if (split?.generator) {
      split.silentMs = 0
      this.#activate(split)
      const { max, marks } = split.generator.onBatch(batch)
      split.watermark = Math.max(split.watermark, max)
      this.#deliver(marks.length > 0 ? this.#combiner.translate(split.slot, { ...batch, marks }) : batch)
      this.#due = true
      this.#emitPeriodic(nowMs)
    } else this.#deliver(batch)
    return 'worked'
  }

  #deliver(batch: Batch): void {
    if (batch.length > 0 || batch.marks.length > 0) for (const outlet of this.#outlets) outlet.batch(batch)
  }

  /** Restored watermarks go out before the first row; a subtask without splits, or with nothing left, holds nobody back. */
  #start(nowMs: number): Pumped {
    this.#started = true
    this.#lastEmitMs = nowMs
    for (const split of this.#splits.values()) this.#raise(split)
    if (this.#combiner.current > WATERMARK_MIN) for (const outlet of this.#outlets) outlet.watermark(this.#combiner.current)
    this.#publishIdle(this.reader.ended())
    return 'worked'
  }

  #raise(split: Split): void {
    const raised = this.#combiner.raise(split.slot, split.watermark)
    if (raised !== null && this.#started) for (const outlet of this.#outlets) outlet.watermark(raised)
  }

  #emitPeriodic(nowMs: number): void {
    const { watermark } = this.#body
    if (!watermark || !this.#due) return
    if (nowMs < this.#lastEmitMs + this.#intervalMs() && !(this.#eager && this.#hasAdvanced())) return
    this.#due = false
    this.#lastEmitMs = nowMs
    for (const split of this.#splits.values()) this.#raise(split)
  }

  /** Event time has gone on by more than the interval since the last watermark. */
  #hasAdvanced(): boolean {
    for (const split of this.#splits.values()) if (split.watermark - this.#combiner.current > this.#intervalMs()) return true
    return false
  }

  #intervalMs(): number {
    return this.#body.watermark?.emit === 'on-periodic' ? this.#body.watermark.intervalMs : 0
  }

  #silence(nowMs: number): void {
    const timeout = this.#body.watermark?.idleTimeoutMs ?? null
    const passed = this.#lastSilentPollMs === null ? 0 : nowMs - this.#lastSilentPollMs
    this.#lastSilentPollMs = nowMs
    const finished = this.reader.finished?.() ?? []
    for (const id of finished) this.#finish(id)
    if (timeout === null) return
    for (const split of this.#splits.values()) {
      split.silentMs += passed
      if (split.silentMs < timeout || this.#combiner.isIdle(split.slot)) continue
      this.#raise(split)
      this.#setIdle(split, true)
    }
    this.#publishIdle()
  }

  #finish(id: string): void {
    const split = this.#splits.get(id)
    if (split === undefined || split.watermark === WATERMARK_MAX) return
    split.watermark = WATERMARK_MAX
    if (this.#splits.size > 1 && !this.reader.ended()) this.#raise(split)
  }

  #activate(split: Split): void {
    if (!this.#combiner.isIdle(split.slot)) return
    this.#setIdle(split, false)
    this.#publishIdle()
  }

  #setIdle(split: Split, idle: boolean): void {
    const raised = this.#combiner.setIdle(split.slot, idle)
    if (raised !== null) for (const outlet of this.#outlets) outlet.watermark(raised)
  }

  #publishIdle(ended = false): void {
    const idle = ended || this.#splits.size === 0 || this.#combiner.allIdle
    if (idle === this.#idle) return
    this.#idle = idle
    for (const outlet of this.#outlets) outlet.idle(idle)
  }

  #end(): Pumped {
    for (const split of this.#splits.values()) this.#raise(split)
    for (const outlet of this.#outlets) outlet.end()
    return 'ended'
  }

  nextDeadline(): number | null {
    const deadlines: number[] = []
    if (this.#due) deadlines.push(this.#lastEmitMs + this.#intervalMs())
    const timeout = this.#body.watermark?.idleTimeoutMs ?? null
    if (timeout !== null && this.#lastSilentPollMs !== null) {
      for (const split of this.#splits.values()) {
        if (!this.#combiner.isIdle(split.slot)) deadlines.push(this.#lastSilentPollMs + timeout - split.silentMs)
      }
    }
    return deadlines.length === 0 ? null : Math.min(...deadlines)
  }

  arm(wake: () => void): void {
    this.#wakeup.arm(() => this.reader.available(), wake)
  }

  /** Positions and watermarks after everything that pump has delivered. */
  snapshot(): readonly SplitSnapshot[] {
    return this.reader.snapshot().map(({ id, position }) => {
      const split = this.#splits.get(id)
      return {
        id,
        position,
        watermark: split?.watermark ?? WATERMARK_MIN,
        idle: split !== undefined && this.#combiner.isIdle(split.slot),
      }
    })
  }
}
