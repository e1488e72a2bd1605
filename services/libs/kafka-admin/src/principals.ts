import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type ApiCall, brokerError, KafkaError, retryKafka } from '@millrace/connectors/kafka-wire'
import kafkajs, { type AclEntry, type AclResourceTypes as ResourceType } from 'kafkajs'
import type { AdminConnection } from './admin-connection.ts'
import { alterClientQuotasCall, type ClientQuotas } from './requests/alter-client-quotas.ts'
import {
  alterUserScramCredentialsCall,
  type ScramDeletion,
  type ScramUpsertion,
} from './requests/alter-user-scram-credentials.ts'

export interface PrefixedAcl {
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'other'
  readonly prefix: string
  readonly operation: string
}

const SCRAM_ITERATIONS = 4096
const SALT_BYTES = 16
const DEADLINE_MS = 15_000
const RESOURCE_NOT_FOUND = 91

// CommonJS: Node finds no named exports in it.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs
const { READ, WRITE, CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS } = AclOperationTypes
/** What a workspace's principal may do with resources under its prefix, and nothing else. */
const PREFIXED_RIGHTS = [
  [AclResourceTypes.TOPIC, [READ, WRITE, CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS]],
  [AclResourceTypes.GROUP, [READ, DELETE, DESCRIBE]],
  [AclResourceTypes.TRANSACTIONAL_ID, [WRITE, DESCRIBE]],
] as const

/** SCRAM users, their rights and quotas. */
export class Principals {
  readonly #connection: AdminConnection
  constructor(connection: AdminConnection) {
    this.#connection = connection
  }

  /** Makes the SCRAM-SHA-256 user or sets its password. */
  async createPrincipal(username: string, password: string): Promise<void> {
    const salt = randomBytes(SALT_BYTES)
    const saltedPassword = await promisify(pbkdf2)(password.normalize('NFKC'), salt, SCRAM_ITERATIONS, 32, 'sha256')
    const mechanism = 'SCRAM-SHA-256'
    await this.#alterScram({ upsertions: [{ user: username, mechanism, iterations: SCRAM_ITERATIONS, salt, saltedPassword }] })
  }

  /** Takes user, rights and quotas away. Idempotent. */
  async deletePrincipal(username: string): Promise<void> {
    await this.#alterScram({ deletions: [{ user: username, mechanism: 'SCRAM-SHA-256' }] })
    const principal = `User:${username}`
    await this.#connection.run(`deleting the rights of ${username}`, (admin) =>
      admin.deleteAcls({ filters: [{ ...ANY_ACL, principal }] }),
    )
    await this.setQuotas(username, { producerBytesPerSecond: null, consumerBytesPerSecond: null, requestPercentage: null })
  }

  async #alterScram(changes: {
    readonly upsertions?: readonly ScramUpsertion[]
    readonly deletions?: readonly ScramDeletion[]
  }): Promise<void> {
    const { upsertions = [], deletions = [] } = changes
    const results = await this.#request(alterUserScramCredentialsCall({ upsertions, deletions }))
    for (const { user, error, message } of results) {
      if (error === 0 || (error === RESOURCE_NOT_FOUND && deletions.length > 0)) continue
      throw brokerError('AlterUserScramCredentials', error, message ? `${user} (${message})` : user)
    }
  }

  /** Topics, groups and transactional ids that begin with `prefix`, and nothing else. Idempotent. */
  async grantPrefixedAcls(username: string, prefix: string): Promise<void> {
    if (prefix === '') throw new KafkaError('OPTION_INVALID', 'rights need a prefix: an empty one would grant everything')
    const acl: AclEntry[] = PREFIXED_RIGHTS.flatMap(([resourceType, operations]) =>
      operations.map((operation) => ({
        resourceType,
        resourceName: prefix,
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: `User:${username}`,
        host: '*',
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    )
    await this.#connection.run(`granting rights to ${username}`, (admin) => admin.createAcls({ acl }))
  }

  async listPrefixedAcls(username: string): Promise<readonly PrefixedAcl[]> {
    const filter = { ...ANY_ACL, principal: `User:${username}`, resourcePatternType: ResourcePatternTypes.PREFIXED }
    const { resources } = await this.#connection.run(`rights of ${username}`, (admin) => admin.describeAcls(filter))
    return resources.flatMap(({ resourceType, resourceName, acls }) =>
      acls.map((acl) => ({
        resource: RESOURCE_NAMES[resourceType] ?? 'other',
        prefix: resourceName,
        operation: AclOperationTypes[acl.operation],
      })),
    )
  }

  /** Limits of a principal over all its connections. */
  async setQuotas(username: string, quotas: ClientQuotas): Promise<void> {
    const [result] = await this.#request(alterClientQuotasCall(username, quotas))
    if (result && result.error !== 0) throw brokerError('AlterClientQuotas', result.error, result.message ?? username)
  }

  #request<T>(call: ApiCall<T>): Promise<T> {
    const { client, options } = this.#connection
    const limits = { deadlineMs: DEADLINE_MS, now: options.now, random: options.random, signal: client.signal }
    return retryKafka(() => client.requestAny(call), limits)
  }
}

const ANY_ACL = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
}

const RESOURCE_NAMES: Readonly<Partial<Record<ResourceType, PrefixedAcl['resource']>>> = {
  [AclResourceTypes.TOPIC]: 'topic',
  [AclResourceTypes.GROUP]: 'group',
  [AclResourceTypes.TRANSACTIONAL_ID]: 'transactional-id',
}
