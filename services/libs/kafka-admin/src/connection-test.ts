import {
  brokerError,
  errorName,
  findCoordinatorCall,
  initProducerIdCall,
  KafkaError,
  metadataCall,
  offsetFetchCall,
  retryKafka,
} from '@millrace/connectors/kafka-wire'
import type { AdminConnection } from './admin-connection.ts'

export interface ConnectionTestRequest {
  /** Topics that have to be there and readable for the principal. */
  readonly topics?: readonly string[]
  /** Checks the rights of exactly-once output: a transactional id and a group that begin with it. */
  readonly idPrefix?: string
}

export interface ConnectionCheck {
  readonly name: 'connect' | 'topic' | 'transactions' | 'group'
  readonly subject: string
  /** null = passed. */
  readonly problem: { readonly code: string; readonly message: string } | null
}

export interface ConnectionTestResult {
  /** What a connection's health shows: ACTIVE, UNREACHABLE, INVALID_AUTH, or FORBIDDEN where a right is missing. */
  readonly state: 'ACTIVE' | 'UNREACHABLE' | 'INVALID_AUTH' | 'FORBIDDEN'
  readonly brokers: number
  readonly checks: readonly ConnectionCheck[]
}

const DEADLINE_MS = 10_000
const PROBE = 'connection-test'
const TRANSACTION_TIMEOUT_MS = 10_000

/** Tries what statements will do over this connection. Never throws: what fails is in the result. */
export async function testConnection(
  connection: AdminConnection,
  request: ConnectionTestRequest = {},
): Promise<ConnectionTestResult> {
  const { client } = connection
  const checks: ConnectionCheck[] = []
  let brokers = 0
  const check = async (name: ConnectionCheck['name'], subject: string, action: () => Promise<void>): Promise<boolean> => {
    const problem = await action().then(
      () => null,
      (error: unknown) => problemOf(error),
    )
    checks.push({ name, subject, problem })
    return problem === null
  }
  const reached = await check('connect', client.servers, async () => {
    brokers = (await attempt(connection, () => client.metadata([]))).brokers.length
  })
  if (reached) {
    for (const topic of request.topics ?? []) await check('topic', topic, () => describeTopic(connection, topic))
    const { idPrefix } = request
    if (idPrefix !== undefined) {
      await check('transactions', idPrefix, () => initialiseTransaction(connection, `${idPrefix}${PROBE}`))
      await check('group', idPrefix, () => readGroup(connection, `${idPrefix}${PROBE}`))
    }
  }
  return { state: stateOf(checks), brokers, checks }
}

function stateOf(checks: readonly ConnectionCheck[]): ConnectionTestResult['state'] {
  const codes = checks.flatMap((c) => c.problem?.code ?? [])
  if (codes.includes('KAFKA_AUTHENTICATION')) return 'INVALID_AUTH'
  if (codes.includes('TOPIC_AUTHORIZATION')) return 'FORBIDDEN'
  return checks.some((c) => c.name === 'connect' && c.problem !== null) ? 'UNREACHABLE' : 'ACTIVE'
}

function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof KafkaError) return { code: error.code, message: error.message }
  return { code: 'BROKER_UNREACHABLE', message: error instanceof Error ? error.message : String(error) }
}

function attempt<T>({ client, options }: AdminConnection, action: () => Promise<T>): Promise<T> {
  return retryKafka(action, { deadlineMs: DEADLINE_MS, now: options.now, random: options.random, signal: client.signal })
}

async function describeTopic(connection: AdminConnection, topic: string): Promise<void> {
  const { topics } = await attempt(connection, () => connection.client.requestAny(metadataCall([topic])))
  const error = topics[0]?.error ?? 0
  if (error !== 0) throw brokerError('Metadata', error, topic)
}

async function initialiseTransaction(connection: AdminConnection, id: string): Promise<void> {
  const { client } = connection
  await attempt(connection, async () => {
    const found = await client.requestAny(findCoordinatorCall('transaction', id))
    if (found.error !== 0) throw brokerError('FindCoordinator', found.error, id)
    const owner = { kind: 'transaction', key: id } as const
    const answer = await client.requestCoordinator(owner, initProducerIdCall(id, TRANSACTION_TIMEOUT_MS), (a) => a.error)
    if (answer.error !== 0) throw brokerError('InitProducerId', answer.error, `${id} (${errorName(answer.error)})`)
  })
}

async function readGroup(connection: AdminConnection, group: string): Promise<void> {
  const query = { group, partitions: new Map(), requireStable: true }
  await attempt(connection, async () => {
    const owner = { kind: 'group', key: group } as const
    const answer = await connection.client.requestCoordinator(owner, offsetFetchCall(query), (a) => a.error)
    if (answer.error !== 0) throw brokerError('OffsetFetch', answer.error, group)
  })
}
