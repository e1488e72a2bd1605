/** The sending side of an exchange edge on one thread: decides for each row which subtask gets it and packs it there. */
import type { Batch, WatermarkPoint } from '../../data/batch.ts'
import type { ChannelSender } from '../exchange/channel.ts'
import type { ExchangeEdge } from '../job-graph.ts'
import { keyGroupOf, subtaskOf } from '../key-group.ts'
import type { KeyHasher } from '../operator-module.ts'
import type { FragmentOutput } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'

/** Writes the target subtask of each row. */
export type RowRouter = (batch: Batch, targets: Int32Array) => void

export interface RouterOptions {
  readonly distribution: ExchangeEdge['distribution']
  readonly targets: number
  readonly keyGroups: number
  readonly hasher: () => KeyHasher
  /** The sink's own choice of a writer for each row. */
  readonly sinkRouter: ((batch: Batch, row: number) => number) | undefined
}

/** undefined = whole batches: to subtask 0, or in turn. */
export function createRowRouter(options: RouterOptions): RowRouter | undefined {
  const { distribution, targets, keyGroups, sinkRouter } = options
  if (targets === 1 || distribution.kind === 'single') return undefined
  if (sinkRouter) {
    return (batch, out) => {
      for (let i = 0; i < batch.length; i++) out[i] = sinkRouter(batch, i)
    }
  }
  if (distribution.keys.length === 0) return undefined
  const hasher = options.hasher()
  if (distribution.kind === 'writers') {
    return (batch, out) => {
      const hashes = hasher.hash(batch)
      for (let i = 0; i < batch.length; i++) out[i] = (hashes[i]! >>> 0) % targets
    }
  }
  const subtasks = Int32Array.from({ length: keyGroups }, (_, group) => subtaskOf(group, targets, keyGroups))
  return (batch, out) => {
    const hashes = hasher.hash(batch)
    for (let i = 0; i < batch.length; i++) out[i] = subtasks[keyGroupOf(hashes[i]!, keyGroups)]!
  }
}

export class ExchangeOutput implements Outlet, FragmentOutput {
  readonly #senders: readonly ChannelSender[]
  readonly #router: RowRouter | undefined
  readonly #inTurn: boolean
  #turn: number
  #introduced = false
  #targets = new Int32Array(0)
  #rows: Int32Array[] = []

  /** `first` spreads the subtasks' round robins. */
  constructor(options: { senders: readonly ChannelSender[]; router: RowRouter | undefined; inTurn: boolean; first: number }) {
    this.#senders = options.senders
    this.#router = options.router
    this.#inTurn = options.inTurn
    this.#turn = options.first
  }

  batch(batch: Batch): void {
    if (this.#router) this.#route(batch, this.#router)
    else {
      const target = this.#inTurn ? this.#turn++ % this.#senders.length : 0
      this.#senders[target]!.send(batch, { rows: null, count: batch.length, marks: batch.marks })
      if (batch.marks.length > 0) this.#marksToOthers(target, batch.marks)
    }
  }

  #marksToOthers(target: number, marks: readonly WatermarkPoint[]): void {
    const last = marks.at(-1)!.watermark
    this.#senders.forEach((sender, i) => {
      if (i !== target) sender.watermark(last)
    })
  }

  #route(batch: Batch, router: RowRouter): void {
    const { length } = batch
    if (this.#targets.length < length) {
      this.#targets = new Int32Array(length)
      this.#rows = this.#senders.map(() => new Int32Array(length))
    }
    const targets = this.#targets
    router(batch, targets)
    const counts = new Array<number>(this.#senders.length).fill(0)
    for (let i = 0; i < length; i++) {
      const target = targets[i]!
      this.#rows[target]![counts[target]!++] = i
    }
    this.#senders.forEach((sender, target) => {
      const count = counts[target]!
      const rows = this.#rows[target]!
      const marks = batch.marks.length === 0 ? batch.marks : marksOfSelection(batch.marks, rows, count)
      if (count > 0) sender.send(batch, { rows, count, marks })
      else if (marks.length > 0) sender.watermark(marks.at(-1)!.watermark)
    })
  }

  watermark(timestamp: number): void {
    for (const sender of this.#senders) sender.watermark(timestamp)
  }

  /** All inputs of the fragment have introduced themselves: each channel learns that this subtask is active, or knows that it is idle. */
  introduce(): void {
    if (!this.#introduced) this.idle(false)
  }

  idle(idle: boolean): void {
    this.#introduced = true
    for (const sender of this.#senders) sender.idle(idle)
  }

  barrier(checkpoint: number): void {
    for (const sender of this.#senders) sender.barrier(checkpoint)
  }

  end(): void {
    for (const sender of this.#senders) sender.end()
  }

  blocked(): boolean {
    let blocked = false
    for (const sender of this.#senders) if (!sender.flush()) blocked = true
    return blocked
  }

  arm(): void {}
}

/** Points in terms of selected rows: a point stands before the first selected row that is not before it; of several there the last. */
function marksOfSelection(marks: readonly WatermarkPoint[], rows: Int32Array, count: number): WatermarkPoint[] {
  const out: WatermarkPoint[] = []
  let at = 0
  for (const mark of marks) {
    while (at < count && rows[at]! < mark.row) at++
    if (out.at(-1)?.row === at) out.pop()
    out.push({ row: at, watermark: mark.watermark })
  }
  return out
}
