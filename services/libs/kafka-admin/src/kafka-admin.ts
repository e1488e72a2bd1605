import { AdminConnection, type KafkaAdminOptions } from './admin-connection.ts'
import { type ConnectionTestRequest, type ConnectionTestResult, testConnection } from './connection-test.ts'
import { Offsets } from './offsets.ts'
import { Principals } from './principals.ts'
import { Topics } from './topics.ts'

/** Administration of one cluster under one principal. Connects when first used; failures are KafkaError with a catalogue code. */
export class KafkaAdmin {
  readonly topics: Topics
  readonly offsets: Offsets
  readonly principals: Principals
  readonly #connection: AdminConnection

  constructor(options: KafkaAdminOptions) {
    this.#connection = new AdminConnection(options)
    this.topics = new Topics(this.#connection)
    this.offsets = new Offsets(this.#connection)
    this.principals = new Principals(this.#connection)
  }

  /** Tries what statements will do; never throws. */
  testConnection(request: ConnectionTestRequest = {}): Promise<ConnectionTestResult> {
    return testConnection(this.#connection, request)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
