import type { Expression, JsonExists, JsonNullClause, JsonOnBehavior, JsonPair, JsonQueryOf } from '../ast/expression.ts'
import type { TypeName } from '../ast/type-name.ts'
import { withinGroupOrder } from './call.ts'
import { orderBy } from './order-by.ts'
import { nonQueryExpression } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'
import { dataType } from './type-name.ts'

/** The JSON functions of the SQL standard. Undefined where none begins. */
export function jsonCall(p: TokenCursor): Expression | undefined {
  switch (p.token.key) {
    case 'JSON_EXISTS':
      return jsonExists(p)
    case 'JSON_VALUE':
      return jsonValue(p)
    case 'JSON_QUERY':
      return jsonQuery(p)
    case 'JSON_OBJECT':
      return jsonObject(p)
    case 'JSON_OBJECTAGG':
      return jsonObjectAgg(p)
    case 'JSON_ARRAY':
      return jsonArray(p)
    case 'JSON_ARRAYAGG':
      return jsonArrayAgg(p)
    default:
      return undefined
  }
}

/** Input, path, and PASSING, which has no effect in Flink. */
function inputAndPath(p: TokenCursor): { start: number; input: Expression; path: Expression } {
  const start = p.advance().start
  p.expect('(')
  const input = nonQueryExpression(p)
  p.expect(',')
  const path = nonQueryExpression(p)
  if (p.accept('PASSING')) {
    commaList(p, (cursor) => {
      nonQueryExpression(cursor)
      cursor.expect('AS')
      cursor.name()
    })
  }
  return { start, input, path }
}

function jsonExists(p: TokenCursor): JsonExists {
  const { start, input, path } = inputAndPath(p)
  const behavior = p.acceptOne(['TRUE', 'FALSE', 'UNKNOWN', 'ERROR'])
  if (behavior !== undefined) p.expectSequence('ON', 'ERROR')
  p.expect(')')
  return { kind: 'JsonExists', input, path, ...(behavior === undefined ? {} : { onError: behavior }), span: p.spanFrom(start) }
}

function returning(p: TokenCursor): { returning?: TypeName } {
  return p.accept('RETURNING') ? { returning: dataType(p) } : {}
}

function jsonValue(p: TokenCursor): Expression {
  const { start, input, path } = inputAndPath(p)
  const returns = returning(p)
  const on: { onEmpty?: JsonOnBehavior; onError?: JsonOnBehavior } = {}
  while (!p.at(')')) {
    const word = p.expectOne(['ERROR', 'NULL', 'DEFAULT'])
    const behavior: JsonOnBehavior = word === 'DEFAULT' ? { behavior: word, value: nonQueryExpression(p) } : { behavior: word }
    p.expect('ON')
    on[p.expectOne(['EMPTY', 'ERROR']) === 'EMPTY' ? 'onEmpty' : 'onError'] = behavior
  }
  p.expect(')')
  return { kind: 'JsonValueOf', input, path, ...returns, ...on, span: p.spanFrom(start) }
}

function jsonQuery(p: TokenCursor): Expression {
  const { start, input, path } = inputAndPath(p)
  const returns = returning(p)
  const wrapper = jsonWrapper(p)
  const on: { onEmpty: JsonOnBehavior; onError: JsonOnBehavior } = {
    onEmpty: { behavior: 'NULL' },
    onError: { behavior: 'NULL' },
  }
  while (!p.at(')')) {
    const behavior = jsonQueryBehavior(p)
    p.expect('ON')
    on[p.expectOne(['EMPTY', 'ERROR']) === 'EMPTY' ? 'onEmpty' : 'onError'] = { behavior }
  }
  p.expect(')')
  return { kind: 'JsonQueryOf', input, path, ...returns, wrapper, ...on, span: p.spanFrom(start) }
}

function jsonQueryBehavior(p: TokenCursor): JsonOnBehavior['behavior'] {
  const word = p.expectOne(['ERROR', 'NULL', 'EMPTY'])
  if (word !== 'EMPTY') return word
  return p.expectOne(['ARRAY', 'OBJECT']) === 'ARRAY' ? 'EMPTY ARRAY' : 'EMPTY OBJECT'
}

function jsonWrapper(p: TokenCursor): JsonQueryOf['wrapper'] {
  let wrapper: JsonQueryOf['wrapper'] = 'WITHOUT ARRAY'
  if (p.accept('WITHOUT')) p.accept('ARRAY')
  else if (p.accept('WITH')) {
    wrapper =
      p.acceptOne(['CONDITIONAL', 'UNCONDITIONAL']) === 'CONDITIONAL' ? 'WITH CONDITIONAL ARRAY' : 'WITH UNCONDITIONAL ARRAY'
    p.accept('ARRAY')
  } else return wrapper
  p.expect('WRAPPER')
  return wrapper
}

/** `[KEY] k VALUE v`, or `k : v`. */
function pair(p: TokenCursor): JsonPair {
  const start = p.token.start
  const keyword = p.token.key === 'KEY' && startsExpression(p)
  if (!keyword && p.token.key === 'KEY' && (p.peek(1).key === 'VALUE' || p.peek(1).key === ':')) {
    p.fail('A key is expected behind KEY.', { hint: 'Quote KEY with back-ticks to use it as a name.' })
  }
  if (keyword) p.advance()
  const key = nonQueryExpression(p)
  if (keyword && p.at(':')) p.fail('A colon cannot follow KEY; use VALUE.')
  p.expectOne(['VALUE', ':'])
  const value = nonQueryExpression(p)
  return { key, value, span: p.spanFrom(start) }
}

function startsExpression(p: TokenCursor): boolean {
  const next = p.peek(1)
  if (next.type === 'sign')
    return next.key === '(' || next.key === '?' || next.key === '-' || next.key === '+' || next.key.startsWith('{')
  return next.key !== 'VALUE' && next.type !== 'end'
}

function nullClause(p: TokenCursor, implied: JsonNullClause): JsonNullClause {
  if (p.acceptSequence('NULL', 'ON', 'NULL')) return 'NULL ON NULL'
  if (p.acceptSequence('ABSENT', 'ON', 'NULL')) return 'ABSENT ON NULL'
  return implied
}

function atNullClauseOrEnd(p: TokenCursor): boolean {
  return p.at(')') || p.atSequence('NULL', 'ON') || p.atSequence('ABSENT', 'ON')
}

function jsonObject(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const pairs = atNullClauseOrEnd(p) ? [] : commaList(p, pair)
  const onNull = nullClause(p, 'NULL ON NULL')
  p.expect(')')
  return { kind: 'JsonObject', pairs, onNull, span: p.spanFrom(start) }
}

function jsonObjectAgg(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const only = pair(p)
  const onNull = nullClause(p, 'NULL ON NULL')
  p.expect(')')
  return { kind: 'JsonObjectAgg', pair: only, onNull, span: p.spanFrom(start) }
}

function jsonArray(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const items = p.at(')') ? [] : commaList(p, nonQueryExpression)
  const onNull = nullClause(p, 'ABSENT ON NULL')
  p.expect(')')
  return { kind: 'JsonArray', items, onNull, span: p.spanFrom(start) }
}

function jsonArrayAgg(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const item = nonQueryExpression(p)
  const inner = p.at('ORDER') ? orderBy(p) : undefined
  const onNull = nullClause(p, 'ABSENT ON NULL')
  p.expect(')')
  const outer = p.at('WITHIN') ? withinGroupOrder(p) : undefined
  if (inner !== undefined && outer !== undefined)
    p.fail('The order of JSON_ARRAYAGG is given twice.', { span: p.spanFrom(start) })
  const order = inner ?? outer
  return { kind: 'JsonArrayAgg', item, onNull, ...(order === undefined ? {} : { withinGroup: order }), span: p.spanFrom(start) }
}
