/** Constant rows, given out once when the job starts (at the end of an input that has none). */
import type { Batch } from '../data/batch.ts'
import { type Boxed, boxedAt } from '../data/boxed.ts'
import { type BoxedRow, batchOfRows } from '../data/column-builder.ts'
import type { ValuesBody } from '../plan/physical.ts'
import type { Emitter, HandlesEnd, Operator, OperatorContext } from '../runtime/operator.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { createProjection } from './calc.ts'
import { evaluationOf } from './evaluation.ts'

/** Rows whose expressions are compiled together. */
const ROWS_A_PROGRAM = 64
const ONE_ROW: Batch = { length: 1, columns: [], kinds: null, marks: [], lease: null }

export function createValues(body: ValuesBody, types: readonly LogicalType[], ctx: OperatorContext): Operator & HandlesEnd {
  return {
    processBatch(_port: number, batch: Batch, out: Emitter): void {
      out.emit(batch)
    },
    onEnd(out: Emitter): void {
      for (let from = 0; from < body.rows.length; from += ROWS_A_PROGRAM) {
        const rows = body.rows.slice(from, from + ROWS_A_PROGRAM)
        out.emit(batchOfRows(types, evaluateRows(rows, types, ctx)))
      }
    },
  }
}

function evaluateRows(rows: ValuesBody['rows'], types: readonly LogicalType[], ctx: OperatorContext): BoxedRow[] {
  const exprs = rows.flat()
  const project = createProjection(exprs, { inputTypes: [], config: ctx.config, evaluation: evaluationOf(ctx) })
  const result = project(ONE_ROW)
  return rows.map((_, row) =>
    types.map((_type, j): Boxed => cell(result, exprs[row * types.length + j]!.type, row * types.length + j)),
  )
}

function cell(result: Batch, type: LogicalType, column: number): Boxed {
  return boxedAt(result.columns[column]!, type, 0)
}
