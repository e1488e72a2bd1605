import type { Expression } from '../ast/expression.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { Join, Pivot, SampledTable, TableRef, Unpivot } from '../ast/query.ts'
import { unparseMatch } from './match-recognize.ts'
import { type Printers, printIdentifier, printName, printNames, printString, words } from './print.ts'
import { extendList, hints } from './table-parts.ts'

/** One table reference with its wrappers. */
export function unparseTable(node: TableRef, u: Printers): string {
  switch (node.kind) {
    case 'NamedTable':
      return words(printIdentifier(node.name), hints(node.hints), node.extend && extendList(node.extend))
    case 'TemporalTable':
      return `${unparseTable(node.input, u)} FOR SYSTEM_TIME AS OF ${u.expression(node.period)}`
    case 'DerivedTable':
      return `(${u.query(node.query)})`
    case 'LateralTable':
      return `LATERAL ${unparseTable(node.input, u)}`
    case 'Unnest':
      return `UNNEST(${node.args.map(u.expression).join(', ')})${node.ordinality ? ' WITH ORDINALITY' : ''}`
    case 'TableFunction':
      return `TABLE(${u.expression(node.call)})`
    case 'AliasedTable':
      return words(unparseTable(node.input, u), 'AS', printName(node.alias), node.columns && printNames(node.columns))
    case 'SampledTable':
      return sampled(node, u)
    case 'Join':
      return join(node, u)
    case 'MatchRecognize':
      return unparseMatch(node, unparseTable(node.input, u), u)
    case 'Pivot':
      return pivot(node, u)
    case 'Unpivot':
      return unpivot(node, u)
  }
}

const JOIN_WORDS: Readonly<Record<Exclude<Join['type'], 'COMMA'>, string>> = {
  INNER: 'INNER JOIN',
  LEFT: 'LEFT JOIN',
  RIGHT: 'RIGHT JOIN',
  FULL: 'FULL JOIN',
  CROSS: 'CROSS JOIN',
}

function join(node: Join, u: Printers): string {
  const left = unparseTable(node.left, u)
  const right = node.right.kind === 'Join' ? `(${unparseTable(node.right, u)})` : unparseTable(node.right, u)
  if (node.type === 'COMMA') return `${left},\n${right}`
  const condition = node.on === undefined ? node.using && `USING ${printNames(node.using)}` : `ON ${u.expression(node.on)}`
  return `${left}\n${words(node.natural && 'NATURAL', JOIN_WORDS[node.type], right, condition)}`
}

function sampled(node: SampledTable, u: Printers): string {
  const value = node.value.kind === 'StringLiteral' ? printString(node.value) : node.value.text
  const seed = node.seed === undefined ? undefined : `REPEATABLE(${node.seed})`
  return words(unparseTable(node.input, u), `TABLESAMPLE ${node.method}(${value})`, seed)
}

function axisList(axes: readonly Identifier[]): string {
  const text = axes.map(printIdentifier).join(', ')
  return axes.length === 1 ? text : `(${text})`
}

function valueList(items: readonly Expression[], u: Printers): string {
  const text = items.map(u.expression).join(', ')
  return items.length === 1 ? text : `(${text})`
}

function pivot(node: Pivot, u: Printers): string {
  const aggregates = node.aggregates.map(({ call, alias }) => words(u.expression(call), alias && `AS ${printName(alias)}`))
  const values = node.values.map(({ items, alias }) => words(valueList(items, u), alias && `AS ${printName(alias)}`))
  const body = `${aggregates.join(', ')} FOR ${axisList(node.axes)} IN (${values.join(', ')})`
  return `${unparseTable(node.input, u)} PIVOT (${body})`
}

function unpivot(node: Unpivot, u: Printers): string {
  const values = node.values.map(({ columns, labels }) =>
    words(axisList(columns), labels && `AS (${labels.map(u.expression).join(', ')})`),
  )
  const body = `${axisList(node.measures)} FOR ${axisList(node.axes)} IN (${values.join(', ')})`
  return `${unparseTable(node.input, u)} UNPIVOT ${node.includeNulls ? 'INCLUDE' : 'EXCLUDE'} NULLS (${body})`
}
