import Type from 'typebox'
import { createBody, Name, patchBody, putBody, resourceSchemas } from '../../http/schemas.ts'

const Servers = Type.String({
  minLength: 3,
  maxLength: 2048,
  pattern: '^[^\\s,]+:\\d{1,5}(,[^\\s,]+:\\d{1,5})*$',
  examples: ['kafka.example.com:9092'],
})
const Protocol = Type.Enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
const Mechanism = Type.Enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
const Username = Type.String({ minLength: 1, maxLength: 255 })
const Password = Type.String({ minLength: 1, maxLength: 4096, writeOnly: true })

const Kafka = Type.Object(
  {
    bootstrap_servers: Servers,
    security_protocol: Protocol,
    sasl_mechanism: Type.Optional(Mechanism),
    sasl_username: Type.Optional(Username),
    sasl_password: Type.Optional(Password),
  },
  { additionalProperties: false },
)
const KafkaPatch = Type.Object(
  {
    bootstrap_servers: Type.Optional(Servers),
    security_protocol: Type.Optional(Protocol),
    sasl_mechanism: Type.Optional(Mechanism),
    sasl_username: Type.Optional(Username),
    sasl_password: Type.Optional(Password),
  },
  { additionalProperties: false },
)

export const ConnectionSchemas = resourceSchemas('Connection', {
  spec: Type.Object({
    type: Type.String(),
    kafka: Type.Object({
      bootstrap_servers: Type.String(),
      security_protocol: Type.String(),
      sasl_mechanism: Type.Optional(Type.String()),
      sasl_username: Type.Optional(Type.String()),
    }),
  }),
  status: Type.Object({
    phase: Type.String({ description: 'PENDING, ACTIVE, UNREACHABLE or INVALID_AUTH' }),
    observed_generation: Type.Integer(),
    detail: Type.Union([Type.String(), Type.Null()]),
  }),
})
export const CreateConnection = createBody(
  Type.Object({ type: Type.Enum(['kafka']), kafka: Kafka }, { additionalProperties: false }),
)
export const PutConnection = putBody(Type.Object({ type: Type.Enum(['kafka']), kafka: Kafka }, { additionalProperties: false }))
export const PatchConnection = patchBody(
  Type.Object({ type: Type.Optional(Type.Enum(['kafka'])), kafka: Type.Optional(KafkaPatch) }, { additionalProperties: false }),
)
export const ConnectionParams = Type.Object({ ws: Name, name: Name })
