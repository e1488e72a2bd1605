/** Computed columns and the watermark of a catalog table, bound over its columns: what a source computes for each record. */
import type { Expression } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { CatalogTable, SessionContext } from '../catalog/catalog.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { parseExpression } from '../parse/parser.ts'
import { BinderState } from './binder-state.ts'
import { asWatermark, columnScope } from './table-definition.ts'

export interface TableExpressions {
  /** By the column's ordinal in the table. Each reads the table's columns, computed ones excepted. */
  readonly computed: ReadonlyMap<number, BoundExpr>
  /** Reads the table's columns, computed ones too. */
  readonly watermark?: { readonly column: BoundExpr; readonly expression: BoundExpr }
  /** Not empty where the stored text no longer binds. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Ordinals run over all columns of the table in declared order. */
export function bindTableExpressions(table: CatalogTable, session: SessionContext): TableExpressions {
  const state = new BinderState(session, undefined)
  const scope = columnScope(table.columns)
  const bind = (text: string, place: string): BoundExpr | undefined => {
    const { expression, diagnostics } = parseExpression(text)
    for (const diagnostic of diagnostics) state.sink.add(diagnostic)
    return expression === undefined ? undefined : bindExpression(expression as Expression, scope, state.context(place))
  }
  const computed = new Map<number, BoundExpr>()
  for (const [index, column] of table.columns.entries()) {
    const expr = column.kind === 'computed' ? bind(column.expression, 'a computed column') : undefined
    if (expr !== undefined) computed.set(index, expr)
  }
  const column =
    table.watermark && bind(table.watermark.column.map((part) => `\`${part.replaceAll('`', '``')}\``).join('.'), 'WATERMARK FOR')
  const expression = table.watermark && bind(table.watermark.expression, 'a watermark')
  const watermark =
    column === undefined || expression === undefined
      ? {}
      : { watermark: { column, expression: asWatermark(expression, column.type) } }
  return { computed, ...watermark, diagnostics: state.sink.all }
}
