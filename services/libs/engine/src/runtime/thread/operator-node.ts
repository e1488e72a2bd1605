/**
 * An operator in its fragment: counts rows, combines the watermarks of its inputs and calls the optional capabilities that were
 * found when it was built. An outlet is where a node's output goes: another node, an exchange, a sink.
 */
import type { Batch } from '../../data/batch.ts'
import { WATERMARK_MIN } from '../../data/batch.ts'
import type { Emitter, Evaluation, HandlesEnd, HandlesTick, HandlesWatermark, Operator, Stateful } from '../operator.ts'
import { WatermarkCombiner } from './watermark-combiner.ts'

export interface Outlet {
  batch(batch: Batch): void
  watermark(timestamp: number): void
  idle(idle: boolean): void
  end(): void
}

/** Rows in and out of one operator on one thread; read by the job's report. */
export interface OperatorCounters {
  in(rows: number): void
  out(rows: number): void
  state(bytes: number): void
}

type Capabilities = Operator & Partial<HandlesWatermark & HandlesTick & HandlesEnd & Stateful>

export class OperatorNode {
  readonly id: string
  readonly operator: Capabilities
  readonly combiner = new WatermarkCombiner()
  readonly #counters: OperatorCounters
  readonly #outlets: Outlet[] = []
  readonly #emitter: Emitter
  readonly #evaluation: Evaluation
  #open = 0
  #emittedWatermark = WATERMARK_MIN

  constructor(id: string, operator: Operator, options: { counters: OperatorCounters; evaluation: Evaluation }) {
    const { counters, evaluation } = options
    this.#evaluation = evaluation
    this.id = id
    this.operator = operator
    this.#counters = counters
    this.#emitter = {
      emit: (batch) => this.#emit(batch),
      watermark: (timestamp) => this.#forward(timestamp),
    }
  }

  addOutlet(outlet: Outlet): void {
    this.#outlets.push(outlet)
  }

  /** A new input of `port`: a channel, or the node before. */
  inlet(port: number): Outlet {
    const slot = this.combiner.add()
    this.#open++
    return {
      batch: (batch) => this.#process(port, slot, batch),
      watermark: (timestamp) => this.#raised(this.combiner.raise(slot, timestamp)),
      idle: (idle) => this.#setIdle(slot, idle),
      end: () => this.#end(slot),
    }
  }

  #process(port: number, slot: number, batch: Batch): void {
    this.#counters.in(batch.length)
    this.#evaluation.watermarkMs = this.combiner.current > WATERMARK_MIN ? this.combiner.current : null
    this.operator.processBatch(port, this.combiner.translate(slot, batch), this.#emitter)
  }

  #emit(batch: Batch): void {
    this.#counters.out(batch.length)
    for (const mark of batch.marks) this.#emittedWatermark = Math.max(this.#emittedWatermark, mark.watermark)
    for (const outlet of this.#outlets) outlet.batch(batch)
  }

  #forward(timestamp: number): void {
    if (timestamp <= this.#emittedWatermark) return
    this.#emittedWatermark = timestamp
    for (const outlet of this.#outlets) outlet.watermark(timestamp)
  }

  #raised(watermark: number | null): void {
    if (watermark === null) return
    if (this.operator.onWatermark) this.operator.onWatermark(watermark, this.#emitter)
    else this.#forward(watermark)
  }

  #setIdle(slot: number, idle: boolean): void {
    const before = this.combiner.allIdle
    this.#raised(this.combiner.setIdle(slot, idle))
    if (this.combiner.allIdle !== before) for (const outlet of this.#outlets) outlet.idle(this.combiner.allIdle)
  }

  #end(slot: number): void {
    this.#raised(this.combiner.end(slot))
    this.#open--
    if (this.#open > 0) return
    this.operator.onEnd?.(this.#emitter)
    for (const outlet of this.#outlets) outlet.end()
  }

  /** Processing-time work that is due. */
  tick(nowMs: number): void {
    const due = this.operator.nextDeadline?.() ?? null
    if (due !== null && due <= nowMs) this.operator.onTick?.(nowMs, this.#emitter)
  }

  nextDeadline(): number | null {
    return this.operator.nextDeadline?.() ?? null
  }

  publishState(): void {
    if (this.operator.stateBytes) this.#counters.state(this.operator.stateBytes())
  }

  /** The watermark that a restored subtask goes on from: timers up to it have fired before the checkpoint. */
  restoreWatermark(watermark: number): void {
    this.combiner.restore(watermark)
    this.#raised(watermark)
  }
}
