import { type RandomBytes, systemRandom } from '@millrace/kit'
import { apiVersionsCall, type BrokerFeatures } from './api/api-versions.ts'
import { saslAuthenticateCall } from './api/sasl-authenticate.ts'
import { saslHandshakeCall } from './api/sasl-handshake.ts'
import type { Connection } from './connection.ts'
import { errorName } from './error-codes.ts'
import { KafkaError } from './kafka-error.ts'
import { createScramClient, ScramError } from './scram.ts'

export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

export interface SaslOptions {
  readonly mechanism: SaslMechanism
  readonly username: string
  readonly password: string
}

const FETCH_API = 1
/** With topic ids: the youngest request that every path needs. */
const FETCH_VERSION = 13

/** Brings a fresh connection to where requests are served. Throws KAFKA_AUTHENTICATION when the credentials are refused. */
export async function prepareConnection(
  connection: Connection,
  sasl: SaslOptions | undefined,
  random: RandomBytes = systemRandom,
): Promise<BrokerFeatures> {
  const features = await connection.request(apiVersionsCall())
  if (features.maxVersion(FETCH_API) < FETCH_VERSION) {
    throw new KafkaError('OPTION_INVALID', `${connection.address} is older than Kafka 3.1, the oldest that is spoken to`)
  }
  if (!sasl) return features
  const handshake = await connection.request(saslHandshakeCall(sasl.mechanism))
  if (handshake.error !== 0) {
    const offered = handshake.mechanisms.join(', ') || 'none'
    throw new KafkaError('KAFKA_AUTHENTICATION', `${connection.address} does not offer ${sasl.mechanism}; it offers ${offered}`)
  }
  try {
    if (sasl.mechanism === 'PLAIN') await exchange(connection, `\0${sasl.username}\0${sasl.password}`)
    else await scram(connection, sasl, random)
  } catch (error) {
    if (error instanceof ScramError) {
      throw new KafkaError('KAFKA_AUTHENTICATION', `${connection.address}: ${error.message}`, { cause: error })
    }
    throw error
  }
  return features
}

async function scram(connection: Connection, sasl: SaslOptions, random: RandomBytes): Promise<void> {
  const client = createScramClient({
    hash: sasl.mechanism === 'SCRAM-SHA-512' ? 'sha512' : 'sha256',
    username: sasl.username,
    password: sasl.password,
    nonce: Buffer.from(random(24)).toString('base64').replaceAll('=', ''),
  })
  const serverFirst = await exchange(connection, client.first())
  client.verify(await exchange(connection, client.final(serverFirst)))
}

async function exchange(connection: Connection, message: string): Promise<string> {
  const answer = await connection.request(saslAuthenticateCall(Buffer.from(message)))
  if (answer.error !== 0) {
    const reason = answer.message ?? errorName(answer.error)
    throw new KafkaError('KAFKA_AUTHENTICATION', `${connection.address} refused the credentials: ${reason}`, {
      broker: answer.error,
    })
  }
  return Buffer.from(answer.bytes).toString('utf8')
}
