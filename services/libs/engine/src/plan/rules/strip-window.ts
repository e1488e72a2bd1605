/** Window-aggregate recognition: takes a window table function out from under an aggregate that groups by its start and end. */
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { BoundRel, WindowTvfRel } from '../../sql/bound/rel.ts'
import { collectColumns, moveColumns } from '../expr-columns.ts'

export type WindowProperty = 'START' | 'END' | 'TIME'
const PROPERTIES: readonly WindowProperty[] = ['START', 'END', 'TIME']

export interface StrippedWindow {
  readonly tvf: WindowTvfRel
  /** The input without window columns, with the event time in it. */
  readonly rel: BoundRel
  readonly timeColumn: number
  /** What each column of the original input is now: an ordinal of `rel`, or a window property. */
  readonly columns: readonly (number | WindowProperty)[]
}

/** Undefined where there is no window table function, or its columns are used in between other than passed on. */
export function stripWindow(rel: BoundRel): StrippedWindow | undefined {
  switch (rel.kind) {
    case 'WindowTvf':
      return {
        tvf: rel,
        rel: rel.input,
        timeColumn: rel.timeColumn,
        columns: [...rel.input.schema.map((_, i) => i), ...PROPERTIES],
      }
    case 'Filter': {
      const inner = stripWindow(rel.input)
      const predicate = inner && movedInto(inner, rel.predicate)
      if (inner === undefined || predicate === undefined) return undefined
      return { ...inner, rel: { kind: 'Filter', schema: inner.rel.schema, input: inner.rel, predicate } }
    }
    case 'Project': {
      const inner = stripWindow(rel.input)
      return inner === undefined ? undefined : stripProject(rel, inner)
    }
    default:
      return undefined
  }
}

function movedInto(inner: StrippedWindow, expr: BoundExpr): BoundExpr | undefined {
  const used = new Set<number>()
  collectColumns(expr, used)
  if ([...used].some((index) => typeof inner.columns[index] !== 'number')) return undefined
  return moveColumns(expr, (index) => inner.columns[index] as number)
}

function stripProject(rel: Extract<BoundRel, { kind: 'Project' }>, inner: StrippedWindow): StrippedWindow | undefined {
  const exprs: BoundExpr[] = []
  const schema: { name: string; type: BoundExpr['type'] }[] = []
  const columns: (number | WindowProperty)[] = []
  for (const [i, expr] of rel.exprs.entries()) {
    const property = expr.kind === 'Column' ? inner.columns[expr.index] : undefined
    if (typeof property === 'string') {
      columns.push(property)
      continue
    }
    const movedExpr = movedInto(inner, expr)
    if (movedExpr === undefined) return undefined
    columns.push(exprs.push(movedExpr) - 1)
    schema.push(rel.schema[i]!)
  }
  const { name, type } = inner.rel.schema[inner.timeColumn]!
  const timeColumn = exprs.push({ kind: 'Column', type, index: inner.timeColumn, name }) - 1
  schema.push({ name, type })
  return { tvf: inner.tvf, rel: { kind: 'Project', schema, input: inner.rel, exprs }, timeColumn, columns }
}
