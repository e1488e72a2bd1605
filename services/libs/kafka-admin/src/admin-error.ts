import { KafkaError } from '@millrace/connectors/kafka-wire'

interface KafkaJsError {
  readonly name?: string
  readonly type?: string
  readonly message?: string
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

/** A broker that does not lead a partition, or does not yet. */
const LEADER_MOVES = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'])

/** What a failure of kafkajs means, with a code of the catalogue. */
export function adminError(what: string, error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const root = rootOf(error)
  const message = `${what}: ${root.message ?? String(error)}`
  if (root.type === 'UNKNOWN_TOPIC_OR_PARTITION') return new KafkaError('TOPIC_UNKNOWN', message, { cause: error })
  if (root.type?.endsWith('AUTHORIZATION_FAILED')) return new KafkaError('TOPIC_AUTHORIZATION', message, { cause: error })
  if (root.name === 'KafkaJSSASLAuthenticationError') return new KafkaError('KAFKA_AUTHENTICATION', message, { cause: error })
  if (root.name === 'AddressRefusedError') return new KafkaError('ADDRESS_REFUSED', message, { cause: error })
  const retriable = root.type !== undefined && LEADER_MOVES.has(root.type)
  if (root.type !== undefined) return new KafkaError('KAFKA_REQUEST_FAILED', message, { cause: error, retriable })
  return new KafkaError('BROKER_UNREACHABLE', message, { cause: error, retriable: true })
}

/** kafkajs wraps: the innermost error with a protocol type says what happened. */
function rootOf(error: unknown): KafkaJsError {
  let current = (error ?? {}) as KafkaJsError
  for (let depth = 0; depth < 5; depth++) {
    const inner = (current.errors?.[0] ?? current.cause) as KafkaJsError | undefined
    if (current.type !== undefined || inner === undefined) return current
    current = inner
  }
  return current
}
