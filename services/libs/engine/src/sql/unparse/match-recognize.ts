import type { AfterMatch, MatchRecognize, Pattern, PatternRepeat } from '../ast/query.ts'
import { orderList } from './expression.ts'
import { type Printers, printName, words } from './print.ts'
import { printQualifier } from './type-name.ts'

/** `input` is the printed table. */
export function unparseMatch(node: MatchRecognize, input: string, u: Printers): string {
  const body = words(
    node.partitionBy.length > 0 && `PARTITION BY ${node.partitionBy.map(u.expression).join(', ')}`,
    node.orderBy.length > 0 && `ORDER BY ${orderList(node.orderBy, u)}`,
    node.measures.length > 0 &&
      `MEASURES ${node.measures.map(({ expr, alias }) => `${u.expression(expr)} AS ${printName(alias)}`).join(', ')}`,
    node.rowsPerMatch,
    node.afterMatch && afterMatch(node.afterMatch),
    `PATTERN (${node.strictStart ? '^ ' : ''}${pattern(node.pattern)}${node.strictEnd ? ' $' : ''})`,
    node.within &&
      `WITHIN INTERVAL ${node.within.negative ? '-' : ''}'${node.within.value}' ${printQualifier(node.within.qualifier)}`,
    node.subsets.length > 0 &&
      `SUBSET ${node.subsets.map(({ name, members }) => `${printName(name)} = (${members.map(printName).join(', ')})`).join(', ')}`,
    `DEFINE ${node.define.map(({ name, condition }) => `${printName(name)} AS ${u.expression(condition)}`).join(', ')}`,
  )
  return `${input} MATCH_RECOGNIZE(${body})`
}

function afterMatch({ skip, target }: AfterMatch): string {
  return words('AFTER MATCH SKIP', skip, target && printName(target))
}

function pattern(node: Pattern): string {
  switch (node.kind) {
    case 'PatternVariable':
      return printName(node.name)
    case 'PatternSequence':
      return leftGrouped(node.items, ' ')
    case 'PatternAlternation':
      return leftGrouped(node.items, ' | ')
    case 'PatternRepeat':
      return repeat(node)
    case 'PatternPermute':
      return `PERMUTE (${node.items.map(pattern).join(', ')})`
    case 'PatternExclude':
      return `{- ${pattern(node.item)} -}`
  }
}

/** `((a b) c)`. */
function leftGrouped(items: readonly Pattern[], separator: string): string {
  return items.map(pattern).reduce((left, right) => `(${left}${separator}${right})`)
}

function repeat({ item, min, max, reluctant }: PatternRepeat): string {
  return `(${pattern(item)} ${counts(min, max)}${reluctant ? '?' : ''})`
}

function counts(min: number, max: number | undefined): string {
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{ ${min}, }`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{ ${min} }` : `{ ${min}, ${max} }`
}
