import Type from 'typebox'
import { createBody, patchBody, resourceSchemas } from '../../http/schemas.ts'

export const ConditionSchema = Type.Object(
  {
    type: Type.String(),
    status: Type.String({ description: 'True, False or Unknown' }),
    reason: Type.String(),
    message: Type.String(),
    last_transition_time: Type.String(),
  },
  { $id: 'Condition' },
)

export const WorkspaceSchemas = resourceSchemas('Workspace', {
  spec: Type.Object({ region: Type.String() }),
  status: Type.Object({
    phase: Type.String(),
    observed_generation: Type.Integer(),
    conditions: Type.Array(Type.Ref('Condition#')),
    endpoints: Type.Object({ data: Type.String({ description: 'Base URL for record contents: results, previews.' }) }),
    kafka: Type.Object({ bootstrap_servers: Type.String(), topic_prefix: Type.String() }),
  }),
})

export const CreateWorkspace = createBody(
  Type.Object({ region: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false }),
)
export const PatchWorkspace = patchBody(Type.Object({ region: Type.Optional(Type.String()) }, { additionalProperties: false }))
