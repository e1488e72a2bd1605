import Type from 'typebox'
import { Name } from '../../http/schemas.ts'

export const SignUpBody = Type.Object(
  {
    organization: Name,
    email: Type.String({ pattern: '^[^@\\s]{1,64}@[^@\\s]{1,190}$', examples: ['ada@example.com'] }),
    workspace: Type.Optional(Name),
  },
  { additionalProperties: false },
)

export const SignUpAnswer = Type.Object(
  {
    organization: Type.Object({ uid: Type.String(), name: Type.String() }),
    user: Type.Object({ uid: Type.String(), email: Type.String() }),
    workspace: Type.Object({ uid: Type.String(), name: Type.String(), self: Type.String() }),
    compute_pool: Type.String(),
    api_key: Type.Object({ name: Type.String(), key: Type.String({ description: 'Shown this once.' }) }),
  },
  { $id: 'SignUpAnswer' },
)
