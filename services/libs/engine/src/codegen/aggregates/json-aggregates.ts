/** JSON_OBJECTAGG (NULL clause, key, value) and JSON_ARRAYAGG (NULL clause, value). */
import { ValueError } from '../../data/value-error.ts'
import { jsonObjectText, jsonWriter } from '../functions/json.ts'
import type { AggregateCode, AggregateSpec } from './aggregate-code.ts'
import { tupleList } from './value-lists.ts'

const KEEPS_NULL = 'NULL ON NULL'

export function jsonObjectAgg(spec: AggregateSpec): AggregateCode {
  const write = jsonWriter(spec.argTypes[2]!, spec.env.zone)
  return tupleList(spec, {
    parts: [1, 2],
    needed: spec.symbols[0] === KEEPS_NULL ? [] : [2],
    result(tuples) {
      const members = new Map(tuples.map(([key, value]) => [String(key), write(value ?? null)]))
      if (members.size < tuples.length) throw new ValueError('JSON_OBJECTAGG met a key twice.')
      return jsonObjectText([...members])
    },
  })
}

export function jsonArrayAgg(spec: AggregateSpec): AggregateCode {
  const write = jsonWriter(spec.argTypes[1]!, spec.env.zone)
  return tupleList(spec, {
    parts: [1],
    needed: spec.symbols[0] === KEEPS_NULL ? [] : [1],
    result: (tuples) => `[${tuples.map(([value]) => write(value ?? null)).join(',')}]`,
  })
}
