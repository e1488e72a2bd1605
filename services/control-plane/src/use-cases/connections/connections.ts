import { MillraceError } from '@millrace/protocol'
import {
  type Connection,
  countConnections,
  createConnection,
  type Labels,
  putSecrets,
  type Scope,
  updateConnection,
} from '@millrace/store'
import type { Context } from '../../context.ts'
import { type MetadataPatch, mergeLabels } from '../merge.ts'
import { requireQuota } from '../quota.ts'

/** Fields that are written but never answered, by connection type. */
const SECRET_FIELDS: Readonly<Record<string, readonly string[]>> = { kafka: ['sasl_password'] }

export interface KafkaConnectionSpec {
  readonly bootstrap_servers: string
  readonly security_protocol: string
  readonly sasl_mechanism?: string
  readonly sasl_username?: string
}

export interface ConnectionInput {
  readonly type: string
  readonly kafka: KafkaConnectionSpec & { readonly sasl_password?: string }
}

/** Creates a connection; its secrets are sealed in the same transaction and never read back by the API. */
export async function addConnection(
  ctx: Context,
  scope: Scope,
  input: {
    readonly workspace: string
    readonly name: string
    readonly labels?: Labels
    readonly annotations?: Labels
    readonly spec: ConnectionInput
  },
): Promise<Connection> {
  const { open, secrets } = split(input.spec)
  checkKafka(open.kafka, secrets)
  await requireQuota(scope, 'connections', () => countConnections(scope))
  const made = await createConnection(scope, { ...input, type: input.spec.type, spec: open })
  await putSecrets(scope, made.uid, { values: secrets, master: ctx.keys.master, random: ctx.random })
  return made
}

/** Merges the patch; a secret that is not sent stays as it is. */
export async function patchConnection(
  ctx: Context,
  scope: Scope,
  at: {
    readonly connection: Connection
    readonly patch: { readonly spec?: { readonly kafka?: Partial<ConnectionInput['kafka']> }; readonly metadata?: MetadataPatch }
    /** The patch states everything but secrets: what it does not name falls away. */
    readonly whole?: boolean
  },
): Promise<Connection> {
  const { connection, patch } = at
  const before = connection.spec as { kafka: KafkaConnectionSpec }
  const { open, secrets } = split({
    type: connection.type,
    kafka: { ...(at.whole ? {} : before.kafka), ...patch.spec?.kafka } as KafkaConnectionSpec,
  })
  await putSecrets(scope, connection.uid, { values: secrets, master: ctx.keys.master, random: ctx.random })
  return await updateConnection(scope, {
    uid: connection.uid,
    generation: connection.generation,
    spec: open,
    labels: mergeLabels(connection.labels, patch.metadata?.labels),
    annotations: mergeLabels(connection.annotations, patch.metadata?.annotations),
  })
}

function split(spec: ConnectionInput): { open: { kafka: KafkaConnectionSpec }; secrets: Record<string, string> } {
  const secrets: Record<string, string> = {}
  const open: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(spec.kafka)) {
    if (SECRET_FIELDS[spec.type]?.includes(field)) secrets[field] = String(value)
    else open[field] = value
  }
  return { open: { kafka: open as unknown as KafkaConnectionSpec }, secrets }
}

function checkKafka(spec: KafkaConnectionSpec, secrets: Readonly<Record<string, string>>): void {
  const sasl = spec.security_protocol.startsWith('SASL')
  if (sasl && (spec.sasl_mechanism === undefined || spec.sasl_username === undefined || secrets['sasl_password'] === undefined))
    throw new MillraceError('REQUEST_INVALID', {
      detail: `${spec.security_protocol} needs sasl_mechanism, sasl_username and sasl_password.`,
    })
}
