/** Items of a select list: stars spelled out, expressions bound and named. */
import type { Expression, FieldAccess, Star } from '../ast/expression.ts'
import type { SelectItem } from '../ast/query.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { BoundExpr } from '../bound/expr.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { printType } from '../types/print-type.ts'
import { type BinderState, quote } from './binder-state.ts'
import type { ColumnScope, StarColumn } from './column-scope.ts'
import { didYouMean } from './suggestion.ts'

export interface OutputColumn {
  readonly name: string
  /** undefined: its error was reported. */
  readonly expr: BoundExpr | undefined
  readonly span: Span
  /** From a star: a clash gets a number instead of staying ambiguous. */
  readonly fromStar: boolean
}

export interface ItemPlace {
  readonly scope: ColumnScope
  readonly context: BindingContext
  readonly state: BinderState
  /** Columns before this item: `EXPR$n` counts on. */
  readonly position: number
}

export function expandItem(item: SelectItem, place: ItemPlace): readonly OutputColumn[] {
  if (item.expr.kind === 'Star') return expandStar(item.expr, place)
  if (item.expr.kind === 'FieldAccess' && item.expr.field === undefined)
    return expandRow(item.expr.operand, item.expr.span, place)
  const expr = bindExpression(item.expr, place.scope, place.context)
  return [{ name: item.alias?.value ?? derivedName(item.expr, place.position), expr, span: item.expr.span, fromStar: false }]
}

/** The name of an item without alias: a column's own, else `EXPR$n`. */
function derivedName(expr: Expression, position: number): string {
  return expr.kind === 'Identifier' ? expr.parts.at(-1)!.value : `EXPR$${position}`
}

function expandStar(star: Star, place: ItemPlace): readonly OutputColumn[] {
  const parts = star.qualifier?.parts.map((part) => part.value)
  const columns = place.scope.star(parts)
  if (columns !== undefined) {
    if (columns.length === 0 && !place.scope.open)
      place.state.error('SQL_STAR_WITHOUT_FROM', star.span, 'SELECT * needs a FROM clause with columns.')
    checkDistinctNames(columns, star.span, place)
    recordExpansion(star.span, columns, place)
    return columns.map(({ name, expr, broken }) => ({ name, expr: broken ? undefined : expr, span: star.span, fromStar: true }))
  }
  const resolved = place.scope.resolveColumn(star.qualifier!.parts)
  if (resolved.kind === 'expr') return expandRow(star.qualifier!, star.span, place)
  if (!place.scope.open) {
    const aliases = place.scope.item.spaces.flatMap((space) => space.alias ?? [])
    place.state.error('SQL_UNKNOWN_TABLE', star.span, [
      `Table '${parts!.join('.')}' is not in FROM.`,
      didYouMean(parts!.join('.'), aliases),
    ])
  }
  return []
}

/** `row_column.*`: one column a field. */
function expandRow(operand: Expression, span: Span, place: ItemPlace): readonly OutputColumn[] {
  const bound = bindExpression(operand, place.scope, place.context)
  if (bound === undefined) return []
  if (bound.type.kind !== 'ROW' && bound.type.kind !== 'STRUCTURED') {
    place.state.error('SQL_NOT_A_ROW', span, `Only a row has fields to expand, this is ${printType(bound.type)}.`)
    return []
  }
  return bound.type.fields.map(({ name }): OutputColumn => {
    const access: FieldAccess = { kind: 'FieldAccess', operand, field: { value: name, quoted: true, span }, span }
    return { name, expr: bindExpression(access, place.scope, place.context), span, fromStar: true }
  })
}

/** A relation that has two columns of one name cannot be expanded. */
function checkDistinctNames(columns: readonly StarColumn[], span: Span, { state, scope }: ItemPlace): void {
  for (const space of scope.item.spaces) {
    const names = space.columns.map((column) => column.name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice === undefined || !columns.some((column) => column.name === twice)) continue
    state.error('SQL_AMBIGUOUS_COLUMN', span, [
      `Column '${twice}' is ambiguous: the query in FROM has it twice.`,
      'Give one of them an alias.',
    ])
  }
}

function recordExpansion(span: Span, columns: readonly StarColumn[], place: ItemPlace): void {
  if (place.scope.open) return
  const text = columns.map(({ name, qualifier }) =>
    qualifier === undefined ? quote(name) : `${quote(qualifier)}.${quote(name)}`,
  )
  place.state.expansions.push({ span, text: text.join(', ') })
}

/** A star's column whose name is taken gets the first free number, as Calcite names it: id, id0, id1. */
export function uniqueNames(outputs: readonly OutputColumn[]): readonly OutputColumn[] {
  const taken = new Set<string>()
  return outputs.map((output) => {
    let { name } = output
    for (let i = 0; output.fromStar && taken.has(name); i++) name = `${output.name}${i}`
    taken.add(name)
    return name === output.name ? output : { ...output, name }
  })
}
