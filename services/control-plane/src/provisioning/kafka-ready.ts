import type { Clock, Logger, RandomBytes } from '@millrace/kit'
import { topicPrefix, workspacePrincipal } from '@millrace/protocol'
import {
  findWorkspaceToProvision,
  listWorkspacesWithout,
  type MasterKey,
  openSecrets,
  putSystemSecret,
  type Store,
  setWorkspaceCondition,
} from '@millrace/store'

/** What provisioning needs of the built-in Kafka's admin. */
export interface KafkaPrincipals {
  /** Makes the SCRAM user or sets its password. */
  createPrincipal(username: string, password: string): Promise<void>
  /** Topics, groups and transactional ids that begin with `prefix`, and nothing else. */
  grantPrefixedAcls(username: string, prefix: string): Promise<void>
}

export interface KafkaReadyOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly random: RandomBytes
  readonly master: MasterKey
  /** null: this installation has no Kafka of its own. */
  readonly kafka: KafkaPrincipals | null
}

/** The write-only field of a workspace that holds its principal's password; the scheduler hands it to workers. */
export const KAFKA_PASSWORD_FIELD = 'kafka_password'
const SWEEP_LIMIT = 100

/**
 * Gives a workspace its principal on the built-in Kafka and sets condition KafkaReady. Idempotent: the password is made once and
 * kept sealed; user and rights are set again on every run.
 */
export async function provisionWorkspace(o: KafkaReadyOptions, uid: string): Promise<void> {
  const workspace = await o.store.withSystem((tx) => findWorkspaceToProvision(tx, uid))
  if (!workspace) return
  const set = (status: 'True' | 'False', reason: string, message: string) =>
    o.store.withSystem((tx) =>
      setWorkspaceCondition(tx, {
        workspace: uid,
        condition: { type: 'KafkaReady', status, reason, message },
        now: new Date(o.clock.now()),
      }),
    )
  if (!o.kafka) return await set('False', 'NoKafka', 'This installation has no built-in Kafka; use a connection.')
  const of = { org: workspace.org, resource: uid }
  const known = await o.store.withSystem((tx) => openSecrets(tx, o.master, of))
  const password = known[KAFKA_PASSWORD_FIELD] ?? Buffer.from(o.random(24)).toString('base64url')
  if (known[KAFKA_PASSWORD_FIELD] === undefined) {
    const secret = { ...of, field: KAFKA_PASSWORD_FIELD, value: password, now: new Date(o.clock.now()) }
    const kept = await o.store.withSystem((tx) => putSystemSecret(tx, secret, { master: o.master, random: o.random }))
    if (!kept) return await provisionWorkspace(o, uid)
  }
  const principal = workspacePrincipal(uid)
  try {
    await o.kafka.createPrincipal(principal, password)
    await o.kafka.grantPrefixedAcls(principal, topicPrefix(uid))
  } catch (error) {
    o.log.warn({ err: error, workspace: uid }, 'Kafka principal of a workspace could not be set up yet')
    return await set('False', 'KafkaUnreachable', 'The Kafka principal could not be set up yet; it is tried again.')
  }
  await set('True', 'Ready', 'Principal and rights are set up.')
}

/** What a lost wake-up would have done. Returns how many workspaces were looked at. */
export async function sweepWorkspaces(o: KafkaReadyOptions): Promise<number> {
  if (!o.kafka) return 0
  const uids = await o.store.withSystem((tx) => listWorkspacesWithout(tx, 'KafkaReady', SWEEP_LIMIT))
  for (const uid of uids) await provisionWorkspace(o, uid)
  return uids.length
}
