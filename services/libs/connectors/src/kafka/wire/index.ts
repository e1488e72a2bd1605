/** The protocol's client, for requests that kafka-admin adds. */

export { metadataCall } from './api/metadata.ts'
export type { SaslMechanism, SaslOptions } from './authenticate.ts'
export { type BootstrapAddress, type ClientOptions, KafkaClient, type RetryLimits, retryKafka } from './client.ts'
export type { ApiCall } from './connection.ts'
export { errorName, isRetriable } from './error-codes.ts'
export { brokerError, KafkaError } from './kafka-error.ts'
