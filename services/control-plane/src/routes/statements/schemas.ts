import Type from 'typebox'
import { createBody, Duration, Name, patchBody, putBody, resourceSchemas } from '../../http/schemas.ts'

const Properties = Type.Record(Type.String({ minLength: 1, maxLength: 255 }), Type.String({ maxLength: 4096 }), {
  maxProperties: 100,
})
const Parallelism = Type.Object(
  { min: Type.Integer({ minimum: 1, maximum: 128 }), max: Type.Integer({ minimum: 1, maximum: 128 }) },
  { additionalProperties: false },
)
const Objective = Type.Object(
  { freshness: Duration, target: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })) },
  { additionalProperties: false },
)
const Start = Type.Object(
  {
    from: Type.Enum(['default', 'earliest', 'latest', 'timestamp', 'savepoint', 'statement']),
    value: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { additionalProperties: false },
)
const wishes = {
  properties: Type.Optional(Properties),
  compute_pool: Type.Optional(Name),
  principal: Type.Optional(Type.String({ maxLength: 255 })),
  desired: Type.Optional(Type.Enum(['RUNNING', 'STOPPED'])),
  runtime: Type.Optional(Type.Enum(['auto', 'embedded', 'flink'])),
  parallelism: Type.Optional(Parallelism),
  priority: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
  objective: Type.Optional(Objective),
  start: Type.Optional(Start),
}
const Evolution = Type.Object({ strategy: Type.Enum(['fresh']) }, { additionalProperties: false })
/** Longer texts are refused by the operation itself, with a code of their own. */
const Sql = Type.String({ minLength: 1, description: 'At most 131,072 characters.', examples: ['SELECT * FROM bids'] })

export const CreateStatement = createBody(Type.Object({ sql: Sql, ...wishes }, { additionalProperties: false }))
export const PutStatement = putBody(
  Type.Object({ sql: Sql, evolution: Type.Optional(Evolution), ...wishes }, { additionalProperties: false }),
)
export const PatchStatement = patchBody(
  Type.Object(
    {
      sql: Type.Optional(Sql),
      evolution: Type.Optional(Evolution),
      ...wishes,
    },
    { additionalProperties: false },
  ),
)
export const StatementParams = Type.Object({ ws: Name, name: Name })

const text = Type.Union([Type.String(), Type.Null()])
const TraitsSchema = Type.Object({
  sql_kind: Type.String(),
  is_bounded: Type.Boolean(),
  is_append_only: Type.Boolean(),
  upsert_columns: Type.Array(Type.String()),
  schema: Type.Array(Type.Object({ name: Type.String(), type: Type.String(), nullable: Type.Boolean() })),
  connections: Type.Array(Type.String()),
})

export const StatementSchemas = resourceSchemas('Statement', {
  spec: Type.Object({
    sql: Type.String(),
    properties: Type.Record(Type.String(), Type.String()),
    compute_pool: Type.String(),
    principal: Type.Optional(Type.String()),
    desired: Type.String(),
    runtime: Type.String(),
    parallelism: Type.Object({ min: Type.Integer(), max: Type.Integer() }),
    priority: Type.Integer(),
    objective: Type.Optional(Type.Object({ freshness: Type.String(), target: Type.Optional(Type.Number()) })),
    start: Type.Object({ from: Type.String(), value: Type.Optional(Type.String()) }),
  }),
  status: Type.Object({
    phase: Type.String(),
    phase_since: Type.String(),
    observed_generation: Type.Integer(),
    scaling_state: Type.String(),
    holds: Type.Array(Type.Object({ reason: Type.String(), since: Type.String(), released_by: Type.String() })),
    version: Type.Integer(),
    version_uid: Type.String(),
    runtime: Type.String(),
    parallelism: Type.Integer(),
    cu: Type.Number(),
    epoch: Type.Union([Type.Integer(), Type.Null()]),
    worker: text,
    lag: Type.Object({ records: Type.Union([Type.Number(), Type.Null()]), time: text }),
    freshness: text,
    watermark: text,
    rates: Type.Object({ records_in: Type.Number(), records_out: Type.Number(), bytes_in: Type.Number() }),
    state_bytes: Type.String(),
    state_limit_state: Type.String(),
    errors_ignored: Type.Integer({ description: 'Records that error-handling.mode left out, since this run began.' }),
    late_records_dropped: Type.Integer({
      description: 'Records behind the watermark that a window left out, since this run began.',
    }),
    latest_checkpoint: Type.Union([
      Type.Object({ number: Type.Integer(), committed_at: Type.String(), state_bytes: Type.String() }),
      Type.Null(),
    ]),
    latest_offsets: Type.Record(Type.String(), Type.String()),
    reported_at: text,
    warnings: Type.Array(Type.String()),
    detail: text,
    detail_code: text,
    traits: TraitsSchema,
  }),
})

export const StatementVersionSchema = Type.Object(
  { uid: Type.String(), number: Type.Integer(), sql: Type.String(), created_at: Type.String(), traits: TraitsSchema },
  { $id: 'StatementVersion' },
)
export const StatementEventSchema = Type.Object(
  {
    uid: Type.String(),
    kind: Type.String(),
    severity: Type.String(),
    reason: Type.String(),
    message: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown()),
    at: Type.String(),
  },
  { $id: 'StatementEvent' },
)
export const StatementPlanSchema = Type.Object(
  { version: Type.Integer(), text: Type.String(), graph: Type.Unknown({ description: 'The physical plan.' }) },
  { $id: 'StatementPlan' },
)
