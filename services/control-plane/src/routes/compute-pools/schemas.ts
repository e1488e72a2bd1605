import Type from 'typebox'
import { createBody, Name, patchBody, putBody, resourceSchemas } from '../../http/schemas.ts'

const Runtimes = Type.Array(Type.Enum(['embedded', 'flink']), { minItems: 1, maxItems: 2, uniqueItems: true })

export const ComputePoolSchemas = resourceSchemas('ComputePool', {
  spec: Type.Object({ max_cu: Type.Number(), min_cu: Type.Number(), runtimes: Type.Array(Type.String()) }),
  status: Type.Object({
    phase: Type.String(),
    observed_generation: Type.Integer(),
    current_cu: Type.Number(),
    workers: Type.Integer(),
    statements: Type.Integer(),
  }),
})

const WholeSpec = Type.Object(
  { max_cu: Type.Number({ examples: [4] }), min_cu: Type.Optional(Type.Number()), runtimes: Type.Optional(Runtimes) },
  { additionalProperties: false },
)
export const CreateComputePool = createBody(WholeSpec)
export const PutComputePool = putBody(WholeSpec)
export const PatchComputePool = patchBody(
  Type.Object(
    { max_cu: Type.Optional(Type.Number()), min_cu: Type.Optional(Type.Number()), runtimes: Type.Optional(Runtimes) },
    { additionalProperties: false },
  ),
)
export const PoolParams = Type.Object({ ws: Name, pool: Name })

export const ScalingDecisionSchema = Type.Object(
  {
    uid: Type.String(),
    statement_uid: Type.Union([Type.String(), Type.Null()]),
    action: Type.String(),
    applied: Type.Boolean(),
    from: Type.Record(Type.String(), Type.Number()),
    to: Type.Record(Type.String(), Type.Number()),
    reasons: Type.Array(Type.String()),
    facts: Type.Record(Type.String(), Type.Unknown()),
    first_at: Type.String(),
    last_at: Type.String(),
    times: Type.Integer({ description: 'How often the same decision was made in a row.' }),
  },
  { $id: 'ScalingDecision' },
)
