/** UNNEST: one row an element. */
import type { Unnest } from '../ast/query.ts'
import type { BoundField, Schema } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { INTEGER, notNull, nullable } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import { type QueryEnv, subqueryCallbacks } from './query-env.ts'

export function bindUnnest(ref: Unnest, env: QueryEnv): FromItem {
  const { state } = env
  const failed: FromItem = { ...fromRel(NO_TABLE.rel, { open: true }), lateral: env.lateral !== undefined }
  const [arg, second] = ref.args
  if (arg === undefined || second !== undefined) {
    state.error('SQL_UNSUPPORTED', ref.span, 'UNNEST takes one collection.')
    return failed
  }
  const scope = new ColumnScope(NO_TABLE, env.lateral ?? env.outer)
  const collection = bindExpression(arg, scope, state.context('UNNEST', subqueryCallbacks(env, scope)))
  if (collection === undefined) return failed
  const columns = elementColumns(collection.type)
  if (columns === undefined) {
    state.error('SQL_UNNEST_TYPE', arg.span, `UNNEST takes an ARRAY, MAP or MULTISET, this is ${printType(collection.type)}.`)
    return failed
  }
  const schema = ref.ordinality ? [...columns, { name: 'ORDINALITY', type: notNull(INTEGER) }] : columns
  const rel = { kind: 'Unnest' as const, collection, withOrdinality: ref.ordinality, schema }
  return { ...fromRel(rel, {}), lateral: env.lateral !== undefined }
}

/** Rows give their fields, maps key and value, other elements one column. */
function elementColumns(type: LogicalType): Schema | undefined {
  if (type.kind === 'MAP') return [field('KEY', type.key), field('VALUE', type.value)]
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return undefined
  const { element } = type
  if (element.kind !== 'ROW' && element.kind !== 'STRUCTURED') return [field('EXPR$0', element)]
  return element.fields.map(({ name, type: own }) => field(name, element.nullable ? nullable(own) : own))
}

function field(name: string, type: LogicalType): BoundField {
  return { name, type }
}
