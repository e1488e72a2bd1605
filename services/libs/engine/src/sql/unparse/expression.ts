import type {
  Argument,
  Binary,
  Call,
  Case,
  Cast,
  Expression,
  FieldAccess,
  ItemAccess,
  Like,
  Literal,
  OrderItem,
  Quantified,
  RowConstructor,
  SpecialForm,
  TableArgument,
  TimeUnit,
  Unary,
} from '../ast/expression.ts'
import { unparseJson } from './json.ts'
import { type Printers, printIdentifier, printName, printString, quoteName, words } from './print.ts'
import { STANDARD_FUNCTIONS } from './standard-functions.ts'
import { printQualifier, unparseType } from './type-name.ts'

/** One expression; operators always in parentheses. */
export function unparseExpressionNode(node: Expression, u: Printers): string {
  switch (node.kind) {
    case 'Identifier':
      return printIdentifier(node)
    case 'Star':
      return node.qualifier === undefined ? '*' : `${printIdentifier(node.qualifier)}.*`
    case 'DynamicParam':
      return '?'
    case 'DefaultValue':
      return 'DEFAULT'
    case 'Unary':
      return unary(node, u)
    case 'Binary':
      return binary(node, u)
    case 'Case':
      return caseExpression(node, u)
    case 'Cast':
      return cast(node, u)
    case 'Call':
      return call(node, u)
    case 'RowConstructor':
      return `(ROW(${list(node.items, u)}))`
    case 'CollectionConstructor':
      return `(${node.collection}[${list(node.items, u)}])`
    case 'CollectionQuery':
      return node.collection === 'CURSOR' ? `(CURSOR(${u.query(node.query)}))` : `(${node.collection} (${u.query(node.query)}))`
    case 'ItemAccess':
      return item(node, u)
    case 'FieldAccess':
      return field(node, u)
    case 'SubQuery':
      return `(${u.query(node.query)})`
    case 'GroupWindow':
      return `($${node.op}(${args(node.args, u)}))`
    case 'TableArgument':
      return tableArgument(node, u)
    case 'ModelArgument':
      return `MODEL ${printIdentifier(node.name)}`
    case 'Descriptor':
      return `DESCRIPTOR(${node.columns.map(printIdentifier).join(', ')})`
    case 'TimeUnit':
      return printUnit(node)
    default:
      return predicateOrForm(node, u)
  }
}

/** Longer chains are printed without inner parentheses, or they would nest deeper than the parser reads. */
const NESTED_CHAIN_MAX = 50

/** Operators of one precedence that group to the left: a chain of them means the same without parentheses. */
const CHAINS: Readonly<Partial<Record<Binary['op'], number>>> = {
  OR: 1,
  AND: 2,
  '=': 3,
  '<>': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '||': 5,
}

function binary(node: Binary, u: Printers): string {
  const chain = CHAINS[node.op]
  let first: Expression = node
  const links: Binary[] = []
  while (first.kind === 'Binary' && (links.length === 0 || (chain !== undefined && CHAINS[first.op] === chain))) {
    links.push(first)
    first = first.left
  }
  if (links.length <= NESTED_CHAIN_MAX) return `(${u.expression(node.left)} ${node.op} ${u.expression(node.right)})`
  const rest = links.reverse().map(({ op, right }) => ` ${op} ${u.expression(right)}`)
  return `(${u.expression(first)}${rest.join('')})`
}

type Remaining = Exclude<
  Expression,
  {
    kind:
      | 'Identifier'
      | 'Star'
      | 'DynamicParam'
      | 'DefaultValue'
      | 'Unary'
      | 'Binary'
      | 'Case'
      | 'Cast'
      | 'Call'
      | 'RowConstructor'
      | 'CollectionConstructor'
      | 'CollectionQuery'
      | 'ItemAccess'
      | 'FieldAccess'
      | 'SubQuery'
      | 'GroupWindow'
      | 'TableArgument'
      | 'ModelArgument'
      | 'Descriptor'
      | 'TimeUnit'
  }
>

function predicateOrForm(node: Remaining, u: Printers): string {
  switch (node.kind) {
    case 'Between': {
      const operator = `${node.negated ? 'NOT ' : ''}BETWEEN ${node.symmetric ? 'SYMMETRIC' : 'ASYMMETRIC'}`
      return `(${u.expression(node.operand)} ${operator} ${u.expression(node.low)} AND ${u.expression(node.high)})`
    }
    case 'Like':
      return like(node, u)
    case 'InList':
      return `(${u.expression(node.operand)} ${node.negated ? 'NOT ' : ''}IN (${list(node.items, u)}))`
    case 'InQuery':
      return `(${u.expression(node.operand)} ${node.negated ? 'NOT ' : ''}IN (${u.query(node.query)}))`
    case 'Quantified':
      return quantified(node, u)
    case 'IsTest':
      return `(${u.expression(node.operand)} IS ${node.negated ? 'NOT ' : ''}${node.test})`
    case 'Exists':
      return `(${node.op} (${u.query(node.query)}))`
    case 'PeriodPredicate':
      return `(${period(node.left, u)} ${node.op} ${period(node.right, u)})`
    case 'StringLiteral':
    case 'BinaryLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'DateTimeLiteral':
    case 'IntervalLiteral':
      return unparseLiteral(node)
    case 'JsonExists':
    case 'JsonValueOf':
    case 'JsonQueryOf':
    case 'JsonObject':
    case 'JsonArray':
    case 'JsonObjectAgg':
    case 'JsonArrayAgg':
      return unparseJson(node, { ...u, orderBy: (items) => orderList(items, u) })
    default:
      return specialForm(node, u)
  }
}

export function unparseLiteral(node: Literal): string {
  switch (node.kind) {
    case 'StringLiteral':
      return printString(node)
    case 'BinaryLiteral':
      return `X'${node.hex}'`
    case 'NumericLiteral':
      return node.text
    case 'BooleanLiteral':
      return node.value === null ? 'UNKNOWN' : node.value ? 'TRUE' : 'FALSE'
    case 'NullLiteral':
      return 'NULL'
    case 'DateTimeLiteral':
      return `${node.type} '${node.value.replaceAll("'", "''")}'`
    case 'IntervalLiteral':
      return `INTERVAL ${node.negative ? '-' : ''}'${node.value.replaceAll("'", "''")}' ${printQualifier(node.qualifier)}`
  }
}

function list(items: readonly Expression[], u: Printers): string {
  return items.map(u.expression).join(', ')
}

function args(items: readonly Argument[], u: Printers): string {
  return items.map((argument) => printArgument(argument, u)).join(', ')
}

function printArgument({ name, value }: Argument, u: Printers): string {
  const text = u.expression(value)
  return name === undefined ? text : `${printName(name)} => ${text}`
}

export function orderList(items: readonly OrderItem[], u: Printers): string {
  return items
    .map(({ expr, descending, nulls }) => words(u.expression(expr), descending && 'DESC', nulls && `NULLS ${nulls}`))
    .join(', ')
}

function unary(node: Unary, u: Printers): string {
  const inner = u.expression(node.operand)
  switch (node.op) {
    case 'FORMAT JSON':
      return `${inner} FORMAT JSON`
    case 'RUNNING':
    case 'FINAL':
      return `${node.op} ${inner}`
    default:
      return `(${node.op} ${inner})`
  }
}

function caseExpression(node: Case, u: Printers): string {
  const branches = node.branches.map(({ when, then }) => `WHEN ${branchCondition(when, u)} THEN ${u.expression(then)}`)
  const otherwise = node.otherwise === undefined ? 'NULL' : u.expression(node.otherwise)
  return `(CASE ${branches.join(' ')} ELSE ${otherwise} END)`
}

/** A row without the word ROW is what `WHEN a, b` gave. */
function branchCondition(when: Expression, u: Printers): string {
  return when.kind === 'RowConstructor' && !when.explicit ? list(when.items, u) : u.expression(when)
}

function cast(node: Cast, u: Printers): string {
  const inner = `(${u.expression(node.operand)} AS ${unparseType(node.type)})`
  return node.safe ? `(TRY_CAST${inner})` : `CAST${inner}`
}

function item(node: ItemAccess, u: Printers): string {
  const index = u.expression(node.index)
  return `${accessed(node.operand, u)}[${node.access === undefined ? index : `${node.access}(${index})`}]`
}

/** Constructors print with parentheses of their own; other operators and calls need none. */
function accessed(node: Expression, u: Printers): string {
  return u.expression(node)
}

function field(node: FieldAccess, u: Printers): string {
  const name = 'kind' in node.field ? call(node.field, u) : printName(node.field)
  // A name in parentheses is a column with a field; without them it would be one longer name, a number a decimal.
  const { kind } = node.operand
  const operand =
    kind === 'Identifier' || kind === 'NumericLiteral' ? `(${u.expression(node.operand)})` : u.expression(node.operand)
  return node.operand.kind === 'ItemAccess' ? `${operand}.${name}` : `(${operand}.${name})`
}

function like(node: Like, u: Printers): string {
  const escaped = node.escape === undefined ? undefined : `ESCAPE ${u.expression(node.escape)}`
  const operator = `${node.negated ? 'NOT ' : ''}${node.op}`
  return `(${words(u.expression(node.operand), operator, u.expression(node.pattern), escaped)})`
}

function quantified(node: Quantified, u: Printers): string {
  const right = node.query === undefined ? list(node.items ?? [], u) : u.query(node.query)
  return `(${u.expression(node.operand)} ${node.op} ${node.quantifier} (${right}))`
}

function period(node: Expression, u: Printers): string {
  const pair: RowConstructor | undefined = node.kind === 'RowConstructor' && node.items.length === 2 ? node : undefined
  return pair === undefined ? u.expression(node) : `PERIOD (${list(pair.items, u)})`
}

// ---- calls

/** Calls that Flink prints as an operand with parentheses around. */
const IN_PARENTHESES: ReadonlySet<string> = new Set(['DATE_TRUNC', 'CLASSIFIER', 'MATCH_NUMBER'])

function call(node: Call, u: Printers): string {
  const [only] = node.name.parts
  const word = node.name.parts.length === 1 && only !== undefined && !only.quoted ? only.value.toUpperCase() : ''
  const name = STANDARD_FUNCTIONS.has(word) ? word : printIdentifier(node.name)
  if (node.bare) return word
  if (node.jdbc === true) return `{fn ${jdbcName(node, word)}(${node.star ? '*' : args(node.args, u)}) }`
  const inner = words(
    node.star ? '*' : words(node.quantifier, args(node.args, u)),
    node.orderBy && `ORDER BY ${orderList(node.orderBy, u)}`,
    node.separator && `SEPARATOR ${u.expression(node.separator)}`,
  )
  const text = words(
    node.specific && 'SPECIFIC',
    `${name}(${inner})`,
    node.nullTreatment,
    node.withinDistinct && `WITHIN DISTINCT (${list(node.withinDistinct, u)})`,
    node.withinGroup && `WITHIN GROUP (ORDER BY ${orderList(node.withinGroup, u)})`,
    node.filter && `FILTER (WHERE ${u.expression(node.filter)})`,
    node.over && `OVER ${u.window(node.over)}`,
  )
  return node.over !== undefined || IN_PARENTHESES.has(word) ? `(${text})` : text
}

const JDBC_UPPER: ReadonlySet<string> = new Set(
  'CONTAINS_SUBSTR DATE_DIFF DATETIME_DIFF TIMESTAMPADD DATE_TRUNC TIMESTAMP_TRUNC TIME_TRUNC TIMESTAMP_DIFF TIME_DIFF TIMESTAMPDIFF'.split(
    ' ',
  ),
)

function jdbcName(node: Call, word: string): string {
  if (JDBC_UPPER.has(word)) return word
  const [only] = node.name.parts
  return only?.quoted ? printName(only) : (only?.value ?? '')
}

function tableArgument(node: TableArgument, u: Printers): string {
  const keys = node.partitionBy?.map(u.expression).join(', ')
  return words(
    // `TABLE t` may stand in any place, another query only in the first, where its parentheses are its own.
    node.input.kind === 'TableQuery' ? u.query(node.input) : `(${u.query(node.input)})`,
    keys !== undefined && `PARTITION BY ${node.partitionBy?.length === 1 ? keys : `(${keys})`}`,
    node.orderBy && `ORDER BY ${node.orderBy.length === 1 ? orderList(node.orderBy, u) : `(${orderList(node.orderBy, u)})`}`,
  )
}

// ---- functions with a grammar of their own

function printUnit(unit: TimeUnit): string {
  return unit.custom ? quoteName(unit.name) : unit.name
}

/** `INTERVAL '1' DAY TO HOUR` would read as one interval: an operand that ends in an interval's unit stands in parentheses. */
function roundedOperand(operand: Expression, u: Printers): string {
  const text = u.expression(operand)
  return operand.kind === 'IntervalLiteral' || operand.kind === 'IntervalOf' || operand.kind === 'Unary' ? `(${text})` : text
}

function specialForm(node: SpecialForm, u: Printers): string {
  switch (node.kind) {
    case 'Extract':
      return `EXTRACT(${printUnit(node.unit)} FROM ${u.expression(node.source)})`
    case 'Trim':
      return `TRIM(${node.where} ${u.expression(node.characters)} FROM ${u.expression(node.source)})`
    case 'PositionOf': {
      const from = node.from && `FROM ${u.expression(node.from)}`
      return `POSITION(${words(atomic(node.needle, u), 'IN', u.expression(node.haystack), from)})`
    }
    case 'Overlay': {
      const length = node.length && `FOR ${u.expression(node.length)}`
      const placing = `PLACING ${u.expression(node.placing)} FROM ${u.expression(node.from)}`
      return `OVERLAY(${words(u.expression(node.source), placing, length)})`
    }
    case 'RoundToUnit':
      return `${node.op}(${roundedOperand(node.operand, u)} TO ${printUnit(node.unit)})`
    case 'Convert':
      return `CONVERT(${u.expression(node.operand)}, ${printName(node.from)}, ${printName(node.to)})`
    case 'ConvertType': {
      const style = node.style === undefined ? '' : `, ${unparseLiteral(node.style)}`
      return `CONVERT(${unparseType(node.type)}, ${u.expression(node.operand)}${style})`
    }
    case 'Translate':
      return `TRANSLATE(${u.expression(node.operand)} USING ${printName(node.using)})`
    case 'SequenceValue':
      return `(${node.op} VALUE FOR ${printIdentifier(node.sequence)})`
    case 'IntervalOf':
      return `INTERVAL ${intervalValue(node.value, u)} ${printQualifier(node.qualifier)}`
    case 'IntervalDifference':
      return `((${u.expression(node.left)} - ${u.expression(node.right)}) ${printQualifier(node.qualifier)})`
  }
}

/** POSITION takes a value without operators before IN. */
function atomic(node: Expression, u: Printers): string {
  return u.expression(node)
}

function intervalValue(node: Expression, u: Printers): string {
  const text = u.expression(node)
  const plainNumber = node.kind === 'NumericLiteral' && !text.startsWith('-')
  return node.kind === 'Identifier' || plainNumber || text.startsWith('(') ? text : `(${text})`
}
