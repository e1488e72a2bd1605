/** The last step before a writer: NOT NULL columns are enforced, and kinds that the sink does not take are dropped. */
import { type Batch, ROW_KIND } from '../data/batch.ts'
import { boxedAt } from '../data/boxed.ts'
import { NotNullError, ValueError } from '../data/value-error.ts'
import type { SinkBody } from '../plan/physical.ts'
import type { Emitter, Operator } from '../runtime/operator.ts'
import { gatherVector } from './gather.ts'
import { violationIn } from './nested-constraints.ts'

export function createSink(body: SinkBody): Operator {
  return {
    processBatch(_port: number, batch: Batch, out: Emitter): void {
      const kept = enforce(body, batch)
      if (kept.length > 0 || kept.marks.length > 0) out.emit(kept)
    },
  }
}

function enforce(body: SinkBody, input: Batch): Batch {
  const batch = body.updateBefore === 'delete' ? asDeletes(input) : input
  const dropsBefore = body.changelog === 'upsert' && batch.kinds !== null
  const checked = body.notNull.columns.filter((column) => batch.columns[column]!.nulls !== null)
  if (!dropsBefore && checked.length === 0 && body.nested === undefined) return batch
  const rows: number[] = []
  for (let row = 0; row < batch.length; row++) {
    if (dropsBefore && batch.kinds![row] === ROW_KIND.UPDATE_BEFORE) continue
    const violated = checked.find((column) => batch.columns[column]!.nulls![row] === 1)
    if (violated !== undefined) {
      if (body.notNull.enforcer === 'ERROR') throw violation(body, violated)
    } else if (keepsNested(body, batch, row)) rows.push(row)
  }
  return rows.length === batch.length ? batch : selected(batch, Int32Array.from(rows))
}

/** -U as -D: its +U may have been filtered away, and follows as an upsert where not. */
function asDeletes(batch: Batch): Batch {
  if (batch.kinds === null) return batch
  const kinds = batch.kinds.slice(0, batch.length).map((kind) => (kind === ROW_KIND.UPDATE_BEFORE ? ROW_KIND.DELETE : kind))
  return { ...batch, kinds }
}

/** False where a row is dropped for what is inside of its columns; throws where it must not be. */
function keepsNested(body: SinkBody, batch: Batch, row: number): boolean {
  const rules = body.nested
  if (rules === undefined) return true
  for (const index of rules.columns) {
    const { name, type } = body.table.columns[index]!
    const found = violationIn(type, boxedAt(batch.columns[index]!, type, row), { path: name, rules })
    if (found === undefined) continue
    if (found.kind === 'length') throw new ValueError(found.message)
    if (body.notNull.enforcer === 'ERROR') throw new NotNullError(found.message)
    return false
  }
  return true
}

function violation(body: SinkBody, column: number): NotNullError {
  const name = body.table.columns[column]?.name ?? String(column)
  return new NotNullError(`Column ${name} of ${body.table.path.join('.')} is NOT NULL, but a NULL reached it.`)
}

/** Watermark points move to the first kept row behind them. */
function selected(batch: Batch, rows: Int32Array): Batch {
  const { length } = rows
  return {
    length,
    columns: batch.columns.map((vector) => gatherVector(vector, rows, length)),
    kinds: batch.kinds === null ? null : Uint8Array.from(rows, (row) => batch.kinds![row]!),
    marks: batch.marks.map(({ row, watermark }) => ({ row: rows.filter((kept) => kept < row).length, watermark })),
    lease: batch.lease,
  }
}
