/** SELECT DISTINCT and UNION are groups of equal rows. */
import type { AggregateRel, BoundRel, DistinctRel, SetOpRel } from '../../sql/bound/rel.ts'

function groupOfAll(input: BoundRel, schema: BoundRel['schema']): AggregateRel {
  return { kind: 'Aggregate', schema, input, groupKeys: schema.map((_, i) => i), aggregates: [] }
}

export function distinctToAggregate(rel: DistinctRel): AggregateRel {
  return groupOfAll(rel.input, rel.schema)
}

export function unionToAggregate(rel: SetOpRel): AggregateRel {
  return groupOfAll({ ...rel, all: true }, rel.schema)
}
