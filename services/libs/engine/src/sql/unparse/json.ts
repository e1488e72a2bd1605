import type { JsonForm, JsonOnBehavior, JsonPair, OrderItem } from '../ast/expression.ts'
import { type Printers, words } from './print.ts'
import { unparseType } from './type-name.ts'

type JsonPrinters = Printers & Readonly<{ orderBy: (items: readonly OrderItem[]) => string }>

/** The JSON functions of the SQL standard, with all their defaults said. */
export function unparseJson(node: JsonForm, u: JsonPrinters): string {
  switch (node.kind) {
    case 'JsonExists':
      return `JSON_EXISTS(${words(`${u.expression(node.input)}, ${u.expression(node.path)}`, node.onError && `${node.onError} ON ERROR`)})`
    case 'JsonValueOf':
      return `JSON_VALUE(${words(
        `${u.expression(node.input)}, ${u.expression(node.path)}`,
        node.returning && `RETURNING ${unparseType(node.returning)}`,
        node.onEmpty && `${behavior(node.onEmpty, u)} ON EMPTY`,
        node.onError && `${behavior(node.onError, u)} ON ERROR`,
      )})`
    case 'JsonQueryOf':
      return `JSON_QUERY(${words(
        `${u.expression(node.input)}, ${u.expression(node.path)}`,
        node.returning && `RETURNING ${unparseType(node.returning)}`,
        `${node.wrapper} WRAPPER`,
        `${behavior(node.onEmpty, u)} ON EMPTY`,
        `${behavior(node.onError, u)} ON ERROR`,
      )})`
    case 'JsonObject':
      return `JSON_OBJECT(${words(node.pairs.map((one) => pair(one, u)).join(', '), node.onNull)})`
    case 'JsonObjectAgg':
      return `JSON_OBJECTAGG(${words(pair(node.pair, u), node.onNull)})`
    case 'JsonArray':
      if (node.items.length === 0) return 'JSON_ARRAY()'
      return `JSON_ARRAY(${words(node.items.map(u.expression).join(', '), node.onNull)})`
    case 'JsonArrayAgg': {
      const text = `JSON_ARRAYAGG(${words(u.expression(node.item), node.onNull)})`
      return words(text, node.withinGroup && `WITHIN GROUP (ORDER BY ${u.orderBy(node.withinGroup)})`)
    }
  }
}

function behavior(on: JsonOnBehavior, u: Printers): string {
  return on.value === undefined ? on.behavior : `${on.behavior} ${u.expression(on.value)}`
}

function pair({ key, value }: JsonPair, u: Printers): string {
  return `KEY ${u.expression(key)} VALUE ${u.expression(value)}`
}
