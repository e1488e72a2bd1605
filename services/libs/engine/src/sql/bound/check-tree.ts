/** The promises of a bound tree: ordinals lie in the rows they read, types agree, nothing pending is left. For tests. */
import { equalTypes } from '../types/equal-types.ts'
import type { AggregateCall, BoundExpr } from './expr.ts'
import { printExpr } from './print.ts'
import type { BoundRel, Schema } from './rel.ts'

/** Broken promises; empty for a sound tree. */
export function treeProblems(rel: BoundRel): readonly string[] {
  const checker = new TreeChecker()
  checker.rel(rel, [])
  return checker.problems
}

class TreeChecker {
  readonly problems: string[] = []

  #fail(where: BoundRel, what: string): void {
    if (this.problems.length < 20) this.problems.push(`${where.kind}: ${what}`)
  }

  /** `outer`: rows of the enclosing levels, the nearest first. */
  rel(rel: BoundRel, outer: readonly Schema[]): void {
    const exprs = (list: readonly BoundExpr[], row: Schema): void =>
      list.forEach((expr) => {
        this.#expr(rel, expr, [row, ...outer])
      })
    switch (rel.kind) {
      case 'Scan':
        return
      case 'Values':
        for (const row of rel.rows) {
          exprs(row, [])
          this.#width(rel, row.length)
        }
        return
      case 'Unnest':
        exprs([rel.collection], [])
        return
      case 'TableFunction':
        this.#tableFunction(rel, outer)
        return
      case 'SetOp':
        for (const input of rel.inputs) {
          this.rel(input, outer)
          this.#width(rel, input.schema.length)
        }
        return
      case 'Join':
      case 'TemporalJoin':
      case 'Correlate':
        this.#join(rel, outer)
        return
      default:
        this.rel(rel.input, outer)
        this.#unary(rel, rel.input.schema, exprs)
    }
  }

  #unary(
    rel: Exclude<
      BoundRel,
      { kind: 'Scan' | 'Values' | 'Unnest' | 'TableFunction' | 'SetOp' | 'Join' | 'TemporalJoin' | 'Correlate' }
    >,
    row: Schema,
    exprs: (list: readonly BoundExpr[], row: Schema) => void,
  ): void {
    switch (rel.kind) {
      case 'Project':
        exprs(rel.exprs, row)
        this.#width(rel, rel.exprs.length)
        for (const [i, expr] of rel.exprs.entries()) this.#sameType(rel, expr, i)
        return
      case 'Filter':
        exprs([rel.predicate], row)
        this.#width(rel, row.length)
        return
      case 'Aggregate':
      case 'GroupWindowAggregate':
        this.#ordinals(rel, rel.groupKeys, row)
        this.#calls(rel.aggregates, row, exprs)
        this.#width(rel, rel.groupKeys.length + rel.aggregates.length + (rel.kind === 'Aggregate' ? 0 : rel.properties.length))
        return
      case 'OverAggregate':
        this.#ordinals(rel, rel.partitionKeys, row)
        exprs(
          rel.orderKeys.map((key) => key.expr),
          row,
        )
        this.#calls(rel.calls, row, exprs)
        this.#width(rel, row.length + rel.calls.length)
        return
      case 'Sort':
        exprs(
          rel.keys.map((key) => key.expr),
          row,
        )
        this.#width(rel, row.length)
        return
      case 'WindowTvf':
        this.#ordinals(rel, [rel.timeColumn], row)
        this.#width(rel, row.length + 3)
        return
      case 'Match':
        exprs([...rel.measures.map((measure) => measure.expr), ...rel.defines.map((define) => define.condition)], row)
        this.#width(rel, rel.partitionKeys.length + rel.measures.length)
        return
      case 'Distinct':
        this.#width(rel, row.length)
    }
  }

  #join(rel: Extract<BoundRel, { kind: 'Join' | 'TemporalJoin' | 'Correlate' }>, outer: readonly Schema[]): void {
    this.rel(rel.left, outer)
    this.rel(rel.right, rel.kind === 'Correlate' ? [rel.left.schema, ...outer] : outer)
    const row = [...rel.left.schema, ...rel.right.schema]
    this.#width(rel, row.length)
    if (rel.condition !== undefined) this.#expr(rel, rel.condition, [row, ...outer])
    if (rel.kind === 'TemporalJoin') this.#ordinals(rel, [rel.timeColumn], rel.left.schema)
  }

  #tableFunction(rel: Extract<BoundRel, { kind: 'TableFunction' }>, outer: readonly Schema[]): void {
    for (const arg of rel.args) {
      if (arg.kind === 'scalar') this.#expr(rel, arg.expr, [[], ...outer])
      if (arg.kind !== 'table') continue
      this.rel(arg.input, outer)
      this.#ordinals(rel, arg.partitionBy, arg.input.schema)
    }
  }

  #calls(calls: readonly AggregateCall[], row: Schema, exprs: (list: readonly BoundExpr[], row: Schema) => void): void {
    for (const call of calls)
      exprs(
        [...call.args, ...(call.filter === undefined ? [] : [call.filter]), ...(call.orderBy ?? []).map((key) => key.expr)],
        row,
      )
  }

  #width(rel: BoundRel, columns: number): void {
    if (rel.schema.length !== columns) this.#fail(rel, `has ${rel.schema.length} columns, its parts give ${columns}`)
  }

  #ordinals(rel: BoundRel, ordinals: readonly number[], row: Schema): void {
    for (const ordinal of ordinals) if (row[ordinal] === undefined) this.#fail(rel, `no column ${ordinal}`)
  }

  #sameType(rel: BoundRel, expr: BoundExpr, i: number): void {
    if (!equalTypes(expr.type, rel.schema[i]!.type)) this.#fail(rel, `column ${i} has another type than ${printExpr(expr)}`)
  }

  /** `rows[0]` is the row of the node, the others those of the levels around. */
  #expr(rel: BoundRel, expr: BoundExpr, rows: readonly Schema[]): void {
    const all = (list: readonly BoundExpr[]): void =>
      list.forEach((part) => {
        this.#expr(rel, part, rows)
      })
    switch (expr.kind) {
      case 'Literal':
        return
      case 'Column':
        if (rows[0]![expr.index] === undefined) this.#fail(rel, `no column ${printExpr(expr)}`)
        return
      case 'OuterColumn':
        if (rows[expr.depth]?.[expr.index] === undefined) this.#fail(rel, `no column ${printExpr(expr)}`)
        return
      case 'Call':
      case 'UserCall':
        all(expr.args)
        return
      case 'Cast':
        all([expr.input])
        return
      case 'Case':
        all([...expr.branches.flatMap((branch) => [branch.when, branch.then]), expr.otherwise])
        return
      case 'Subquery':
        all(expr.operands)
        this.rel(expr.query, rows)
    }
  }
}
