import { errorName, isRetriable, KAFKA } from './error-codes.ts'

/** What a Kafka failure means to the statement: `code` is an entry of the error catalogue. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
  readonly code: KafkaErrorCode
  /** The same work may succeed later without anybody changing anything. */
  readonly retriable: boolean
  /** The broker's error code, where a broker answered. */
  readonly broker: number | null
  constructor(code: KafkaErrorCode, message: string, options: { retriable?: boolean; broker?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.retriable = options.retriable ?? false
    this.broker = options.broker ?? null
  }
}

export type KafkaErrorCode =
  | 'ADDRESS_REFUSED'
  | 'BROKER_UNREACHABLE'
  | 'CHECKPOINT_MISSING'
  | 'KAFKA_AUTHENTICATION'
  | 'KAFKA_REQUEST_FAILED'
  | 'OFFSET_MISSING'
  | 'OPTION_INVALID'
  | 'RECORD_MALFORMED'
  | 'TOPIC_AUTHORIZATION'
  | 'TOPIC_RECREATED'
  | 'TOPIC_UNKNOWN'
  | 'VALUE_INVALID'

/** The error of an answer: `what` says which request and on what, for a person. */
export function brokerError(api: string, code: number, what: string): KafkaError {
  const message = `${api} on ${what}: ${errorName(code)}`
  switch (code) {
    case KAFKA.TOPIC_AUTHORIZATION_FAILED:
    case KAFKA.GROUP_AUTHORIZATION_FAILED:
    case KAFKA.CLUSTER_AUTHORIZATION_FAILED:
    case KAFKA.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return new KafkaError('TOPIC_AUTHORIZATION', `the principal may not do this: ${message}`, { broker: code })
    case KAFKA.UNKNOWN_TOPIC_OR_PARTITION:
      return new KafkaError('TOPIC_UNKNOWN', message, { broker: code, retriable: true })
    default:
      return new KafkaError('KAFKA_REQUEST_FAILED', message, { broker: code, retriable: isRetriable(code) })
  }
}

/** The connection broke, or the answer did not come: whether the request was carried out is unknown. */
export function unreachable(broker: string, reason: string, cause?: unknown): KafkaError {
  return new KafkaError('BROKER_UNREACHABLE', `No broker of ${broker} answers: ${reason}`, { retriable: true, cause })
}
