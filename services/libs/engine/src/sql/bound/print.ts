/** Bound trees as text: one node a line, inputs indented. For tests, EXPLAIN and bug reports; never parsed. */
import { printType } from '../types/print-type.ts'
import type { AggregateCall, BoundExpr, SortKey } from './expr.ts'
import type { BoundHint, BoundRel, PatternNode, TableFunctionArgument, WindowSpec } from './rel.ts'
import type { BoundInsert, BoundStatement } from './statement.ts'

export function printRel(rel: BoundRel, indent = ''): string {
  const inner = inputsOf(rel).map((input) => printRel(input, `${indent}  `))
  return [`${indent}${printNode(rel)}`, ...inner].join('\n')
}

export function printStatement(statement: BoundStatement): string {
  switch (statement.kind) {
    case 'Query':
      return printRel(statement.query)
    case 'Insert':
      return printInsert(statement)
    case 'StatementSet':
      return statement.inserts.map(printInsert).join('\n')
    case 'Explain':
      return `Explain[${statement.details.join(', ')}]\n${printStatement(statement.statement)}`
    default:
      return JSON.stringify(statement)
  }
}

function printInsert(insert: BoundInsert): string {
  const overwrite = insert.overwrite ? ', overwrite' : ''
  const conflict = insert.onConflict === undefined ? '' : `, on conflict ${insert.onConflict}`
  return `Insert(${insert.sink.join('.')}${overwrite}${conflict}${printOptions(insert.hints)})\n${printRel(insert.query, '  ')}`
}

function printOptions(options: Readonly<Record<string, string>>): string {
  const entries = Object.entries(options)
  return entries.length === 0 ? '' : `, options={${entries.map(([key, value]) => `${key}=${value}`).join(', ')}}`
}

/** `name TYPE` of each output column. */
export function printSchema(rel: BoundRel): string {
  return rel.schema.map(({ name, type }) => `${name} ${printType(type, 'summary')}`).join(', ')
}

function inputsOf(rel: BoundRel): readonly BoundRel[] {
  switch (rel.kind) {
    case 'Scan':
    case 'Values':
    case 'Unnest':
      return []
    case 'Join':
    case 'TemporalJoin':
    case 'Correlate':
      return [rel.left, rel.right]
    case 'SetOp':
      return rel.inputs
    case 'TableFunction':
      return rel.args.flatMap((arg) => (arg.kind === 'table' ? [arg.input] : []))
    default:
      return [rel.input]
  }
}

function printNode(rel: BoundRel): string {
  switch (rel.kind) {
    case 'Scan':
      return `Scan(${rel.path.join('.')}${printOptions(rel.hints)}${rel.asOf === undefined ? '' : `, asOf=${rel.asOf}`})`
    case 'Values':
      return `Values(${rel.rows.map((row) => `(${exprs(row)})`).join(', ')})`
    case 'Project':
      return `Project(${rel.exprs.map((expr, i) => named(expr, rel.schema[i]!.name)).join(', ')}${printHints(rel.hints)})`
    case 'Filter':
      return `Filter(${printExpr(rel.predicate)})`
    case 'Aggregate':
      return `Aggregate(keys=[${columns(rel.input, rel.groupKeys)}]${sets(rel.groupingSets)}, calls=[${calls(rel.aggregates)}])`
    case 'GroupWindowAggregate':
      return `GroupWindowAggregate(${printWindow(rel.window)} on ${columns(rel.input, [rel.timeColumn])}, keys=[${columns(rel.input, rel.groupKeys)}], calls=[${calls(rel.aggregates)}], properties=[${rel.properties.join(', ')}])`
    case 'Distinct':
      return 'Distinct'
    case 'WindowTvf':
      return `WindowTvf(${printWindow(rel.window)} on ${columns(rel.input, [rel.timeColumn])})`
    case 'SetOp':
      return `${rel.op}${rel.all ? ' ALL' : ''}`
    case 'Sort':
      return `Sort(${sortKeys(rel.keys)}${rel.offset === undefined ? '' : `, offset=${rel.offset}`}${rel.fetch === undefined ? '' : `, fetch=${rel.fetch}`})`
    case 'OverAggregate':
      return `OverAggregate(partition=[${columns(rel.input, rel.partitionKeys)}], order=[${sortKeys(rel.orderKeys)}]${printFrame(rel.frame)}, calls=[${calls(rel.calls)}])`
    default:
      return printOther(rel)
  }
}

function printOther(
  rel: Extract<BoundRel, { kind: 'Join' | 'TemporalJoin' | 'Correlate' | 'Unnest' | 'TableFunction' | 'Match' }>,
): string {
  switch (rel.kind) {
    case 'Join':
      return `Join(${rel.joinType}, ${printExpr(rel.condition)})`
    case 'TemporalJoin':
      return `TemporalJoin(${rel.joinType}, ${printExpr(rel.condition)}, asOf=${columns(rel.left, [rel.timeColumn])})`
    case 'Correlate':
      return `Correlate(${rel.joinType}${rel.condition === undefined ? '' : `, ${printExpr(rel.condition)}`})`
    case 'Unnest':
      return `Unnest(${printExpr(rel.collection)}${rel.withOrdinality ? ' WITH ORDINALITY' : ''})`
    case 'TableFunction':
      return `TableFunction(${rel.path?.join('.') ?? rel.fn}(${rel.args.map(printArgument).join(', ')}))`
    case 'Match': {
      const defines = rel.defines.map((define) => `${define.variable} AS ${printExpr(define.condition)}`)
      const measures = rel.measures.map((measure) => named(measure.expr, measure.name))
      const within = rel.within === undefined ? '' : `, within=${rel.within}`
      return `Match(partition=[${columns(rel.input, rel.partitionKeys)}], order=[${sortKeys(rel.orderKeys)}], pattern=${rel.pattern.map(printPattern).join(' ')}, skip=${rel.skip.kind}${rel.skip.variable === undefined ? '' : ` ${rel.skip.variable}`}${within}, define=[${defines.join(', ')}], measures=[${measures.join(', ')}])`
    }
  }
}

function printHints(hints: readonly BoundHint[] | undefined): string {
  if (hints === undefined) return ''
  const shown = hints.map(
    ({ name, options }) =>
      `${name}(${options.map(({ key, value }) => (key === undefined ? value : `${key}=${value}`)).join(', ')})`,
  )
  return `, hints=[${shown.join(', ')}]`
}

function columns(input: BoundRel, ordinals: readonly number[]): string {
  return ordinals.map((index) => `$${index}:${input.schema[index]?.name ?? '?'}`).join(', ')
}

function sets(groupingSets: readonly (readonly number[])[] | undefined): string {
  return groupingSets === undefined ? '' : `, sets=[${groupingSets.map((set) => `(${set.join(', ')})`).join(', ')}]`
}

function named(expr: BoundExpr, name: string): string {
  const shown = printExpr(expr)
  return expr.kind === 'Column' && expr.name === name ? shown : `${name}=${shown}`
}

function exprs(list: readonly BoundExpr[]): string {
  return list.map(printExpr).join(', ')
}

function calls(list: readonly AggregateCall[]): string {
  return list.map(printCall).join(', ')
}

function printCall(call: AggregateCall): string {
  const order = call.orderBy === undefined || call.orderBy.length === 0 ? '' : ` ORDER BY ${sortKeys(call.orderBy)}`
  const filter = call.filter === undefined ? '' : ` FILTER ${printExpr(call.filter)}`
  return `${call.fn}(${call.distinct ? 'DISTINCT ' : ''}${call.args.length === 0 ? '*' : exprs(call.args)}${order})${filter}`
}

function sortKeys(keys: readonly SortKey[]): string {
  return keys
    .map(
      (key) =>
        `${printExpr(key.expr)} ${key.descending ? 'DESC' : 'ASC'}${key.nullsFirst === key.descending ? (key.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST') : ''}`,
    )
    .join(', ')
}

function printFrame(frame: { unit: string; preceding: number | null } | undefined): string {
  return frame === undefined ? '' : `, ${frame.unit} ${frame.preceding ?? 'UNBOUNDED'} PRECEDING`
}

function printWindow(window: WindowSpec): string {
  const { kind, ...rest } = window
  return `${kind}(${Object.entries(rest)
    .filter(([key, value]) => !(key === 'offset' && value === 0) && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')})`
}

function printArgument(arg: TableFunctionArgument): string {
  const name = arg.name === undefined ? '' : `${arg.name} => `
  switch (arg.kind) {
    case 'scalar':
      return name + printExpr(arg.expr)
    case 'table':
      return `${name}TABLE${arg.partitionBy.length === 0 ? '' : ` PARTITION BY ${columns(arg.input, arg.partitionBy)}`}`
    case 'descriptor':
      return `${name}DESCRIPTOR(${arg.columns.join(', ')})`
    case 'model':
      return `${name}MODEL ${arg.path.join('.')}`
  }
}

function printPattern(node: PatternNode): string {
  const body = node.kind === 'variable' ? node.name : `(${node.items.map(printPattern).join(' ')})`
  const quantifier = node.min === 1 && node.max === 1 ? '' : `{${node.min},${node.max ?? ''}}${node.greedy ? '' : '?'}`
  return body + quantifier
}

export function printExpr(expr: BoundExpr): string {
  switch (expr.kind) {
    case 'Literal':
      return printLiteral(expr)
    case 'Column':
      return `$${expr.index}:${expr.name}`
    case 'OuterColumn':
      return `outer${expr.depth}.$${expr.index}:${expr.name}`
    case 'Call':
      return `${expr.fn}(${exprs(expr.args)})`
    case 'UserCall':
      return `${expr.path.join('.')}(${exprs(expr.args)})`
    case 'Cast':
      return `${expr.implicit ? 'cast' : `${expr.mode === 'TRY' ? 'TRY_' : ''}CAST`}(${printExpr(expr.input)} AS ${printType(expr.type, 'summary')})`
    case 'Case':
      return `CASE(${expr.branches.map((branch) => `${printExpr(branch.when)} -> ${printExpr(branch.then)}`).join(', ')}, else ${printExpr(expr.otherwise)})`
    case 'Subquery':
      return `${expr.form}(${exprs(expr.operands)}${expr.operands.length > 0 ? ' IN ' : ''}{${printRel(expr.query).replaceAll(/\n\s*/g, ' < ')}})`
  }
}

function printLiteral({ type, value }: Extract<BoundExpr, { kind: 'Literal' }>): string {
  if (value === null) return 'NULL'
  if (type.kind === 'CHAR' || type.kind === 'VARCHAR') return `'${String(value)}'`
  return Array.isArray(value) ? value.join('.') : String(value)
}
