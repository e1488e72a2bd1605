/** LIMIT without ORDER BY: the first rows that arrive, after `offset` of them. */
import type { Batch } from '../data/batch.ts'
import { ByteReader, ByteWriter } from '../data/byte-buffer.ts'
import type { LimitBody } from '../plan/physical.ts'
import type { Emitter, Operator, Stateful, StateReader, StateWriter } from '../runtime/operator.ts'
import { gatherVector } from './gather.ts'

const SECTION = 'seen'

export class Limit implements Operator, Stateful {
  readonly #body: LimitBody
  /** Rows that have come so far. */
  #seen = 0

  constructor(body: LimitBody) {
    this.#body = body
  }

  processBatch(_port: number, batch: Batch, out: Emitter): void {
    const { offset, fetch } = this.#body
    const from = Math.min(batch.length, Math.max(0, offset - this.#seen))
    const to = fetch === null ? batch.length : Math.min(batch.length, Math.max(from, offset + fetch - this.#seen))
    this.#seen += batch.length
    const kept = from === 0 && to === batch.length ? batch : part(batch, from, to)
    if (kept.length > 0 || kept.marks.length > 0) out.emit(kept)
  }

  stateBytes(): number {
    return 8
  }

  snapshot(writer: StateWriter): void {
    const out = new ByteWriter()
    out.f64(this.#seen)
    writer.unkeyed(SECTION, out.finish())
  }

  restore(reader: StateReader): void {
    for (const bytes of reader.unkeyed(SECTION)) this.#seen = Math.max(this.#seen, new ByteReader(bytes).f64())
  }
}

function part(batch: Batch, from: number, to: number): Batch {
  const rows = Int32Array.from({ length: to - from }, (_, i) => from + i)
  return {
    length: rows.length,
    columns: batch.columns.map((vector) => gatherVector(vector, rows, rows.length)),
    kinds: null,
    marks: batch.marks.map(({ row, watermark }) => ({ row: Math.min(Math.max(row - from, 0), rows.length), watermark })),
    lease: batch.lease,
  }
}
