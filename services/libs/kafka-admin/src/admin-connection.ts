import type { Socket } from 'node:net'
import { backOff, KafkaClient, KafkaError, type SaslOptions } from '@millrace/connectors/kafka-wire'
import { type Admin, Kafka, type SASLOptions as KafkaJsSasl, logLevel } from 'kafkajs'
import { adminError } from './admin-error.ts'

export interface KafkaAdminOptions {
  readonly bootstrap: readonly string[]
  readonly sasl?: SaslOptions
  /** Present = encrypted; `ca` (PEM) is trusted instead of the well-known authorities. */
  readonly tls?: { readonly ca?: string }
  readonly clientId: string
  /** Both of the same dialler: what they refuse cannot be reached, advertised brokers included. */
  readonly dial: KafkaClient['options']['dial']
  readonly openSocket: (target: {
    readonly host: string
    readonly port: number
    readonly tls?: { readonly ca?: string }
  }) => Socket
  readonly now: () => number
  readonly random: () => number
}

const CONNECT_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 20_000
const RETRIES = 5
const ATTEMPTS = 4

/** The two clients behind the admin: kafkajs, and our own for what kafkajs lacks. Both connect when first needed. */
export class AdminConnection {
  readonly options: KafkaAdminOptions
  readonly client: KafkaClient
  readonly #admin: Admin
  #connecting: Promise<void> | null = null

  constructor(options: KafkaAdminOptions) {
    this.options = options
    const { clientId, sasl, tls, dial } = options
    const bootstrap = options.bootstrap.map((address) => {
      const [, host = address, port = ''] = /^(.+):(\d+)$/.exec(address) ?? []
      return { host, port: Number(port) }
    })
    this.client = new KafkaClient({ bootstrap, clientId, dial, ...(sasl ? { sasl } : {}), ...(tls ? { tls } : {}) })
    const kafka = new Kafka({
      brokers: [...options.bootstrap],
      clientId,
      logLevel: logLevel.NOTHING,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: RETRIES, initialRetryTime: 100, maxRetryTime: 2_000 },
      socketFactory: ({ host, port, onConnect }) =>
        options.openSocket({ host, port, ...(tls ? { tls } : {}) }).once(tls ? 'secureConnect' : 'connect', onConnect),
      ...(sasl ? { sasl: kafkaJsSasl(sasl) } : {}),
    })
    this.#admin = kafka.admin()
  }

  /**
   * Runs `action` with a connected kafkajs admin. Throws KafkaError. Repeated a few times while some topic is not known or a partition
   * has no leader yet: kafkajs asks for all topics first and takes one of anybody that is just being made for a failure.
   */
  async run<T>(what: string, action: (admin: Admin) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(what, action)
      } catch (error) {
        if (attempt === ATTEMPTS || !isPassing(error)) throw error
        await backOff(attempt + 2, this.options.random, this.client.signal)
      }
    }
  }

  async #attempt<T>(what: string, action: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      this.#connecting ??= this.#admin.connect()
      await this.#connecting
      return await action(this.#admin)
    } catch (error) {
      const failure = adminError(what, error)
      if (failure.code === 'BROKER_UNREACHABLE' || failure.code === 'KAFKA_AUTHENTICATION') this.#connecting = null
      throw failure
    }
  }

  async close(): Promise<void> {
    this.client.close()
    if (this.#connecting) await this.#admin.disconnect().catch(() => undefined)
  }
}

function isPassing(error: unknown): boolean {
  return (
    error instanceof KafkaError && (error.code === 'TOPIC_UNKNOWN' || (error.code === 'KAFKA_REQUEST_FAILED' && error.retriable))
  )
}

function kafkaJsSasl({ mechanism, username, password }: SaslOptions): KafkaJsSasl {
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password }
  }
}
