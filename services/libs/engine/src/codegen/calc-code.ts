/** Filter and projection of a batch as one generated loop. */

import type { ByteArena } from '../data/byte-buffer.ts'
import type { MutableColumn } from '../data/column-builder.ts'
import type { Vector } from '../data/vector.ts'
import type { BoundExpr } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { CodeBuilder } from './code-builder.ts'
import { ColumnLoads, ColumnStores } from './column-access.ts'
import { compile } from './compile.ts'
import { createExpressionEnv } from './expression.ts'
import type { EvaluationContext } from './expression-env.ts'
import { coerce } from './numeric.ts'

export interface CalcSpec {
  readonly inputTypes: readonly LogicalType[]
  readonly condition?: BoundExpr
  readonly projection: readonly BoundExpr[]
  readonly outputTypes: readonly LogicalType[]
  readonly config: Readonly<Record<string, string>>
  /** Rows whose values cannot be computed are left out. */
  readonly skipsErrors?: boolean
}

export interface CalcFrame {
  readonly columns: readonly Vector[]
  readonly length: number
  /** Output columns by ordinal; passed-through ones are not touched. */
  readonly out: readonly MutableColumn[]
  readonly hasNulls: Uint8Array
  /** Gets the input row of each output row where there is a condition. */
  readonly selection: Int32Array
  readonly arena: ByteArena
  readonly context: EvaluationContext
  /** Called for a row that is left out; throws for what is no error of the data. */
  readonly onError?: (error: unknown) => void
}

export interface CalcProgram {
  /** Returns the number of output rows. */
  readonly run: (frame: CalcFrame) => number
  /** Input column of each output column that is passed through as it is, −1 for computed ones. */
  readonly passed: readonly number[]
  readonly source: string
}

/** Throws UnsupportedError for an expression without an implementation. */
export function generateCalc(spec: CalcSpec): CalcProgram {
  const code = new CodeBuilder()
  const loads = new ColumnLoads(code, spec.inputTypes)
  const stores = new ColumnStores(code)
  const env = createExpressionEnv(code, spec.config, loads.read)
  const passed = spec.projection.map((expr) => (expr.kind === 'Column' ? expr.index : -1))
  const computes = passed.includes(-1)
  const filters = spec.condition !== undefined
  if (filters) {
    const keep = env.emit(spec.condition)
    code.line(`if (${keep.isNull === null ? '' : `${keep.isNull} || `}!(${keep.code[0]!})) continue`)
  }
  if (filters || spec.skipsErrors === true) code.line('selection[m] = i')
  spec.projection.forEach((expr, j) => {
    if (passed[j] !== -1) return
    const type = spec.outputTypes[j]!
    const value = coerce(env, env.emit(expr), { from: expr.type, to: type })
    stores.store(j, { value, type, row: 'm' })
  })
  if (!filters && !computes) return { run: (frame) => frame.length, passed, source: '' }
  const generated = code.finish((body) =>
    [
      'return function calc({ columns, length, out, hasNulls, selection, arena, context, onError }) {',
      loads.prologue(),
      stores.prologue(),
      'let m = 0',
      'for (let i = 0; i < length; i++) {',
      ...(spec.skipsErrors === true ? ['try {', body, 'm++', '} catch (error) { onError(error) }'] : [body, 'm++']),
      '}',
      stores.epilogue(),
      'return m',
      '}',
    ].join('\n'),
  )
  return { run: compile(generated), passed, source: generated.source }
}
