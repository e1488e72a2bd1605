/** The stack's broker as a journey uses it: topics made, emptied and read as its administrator. */
import type { RunningKafka } from '@millrace/launch/kafka'
import { makeTopics } from '../demo/kafka-topics.ts'
import { KafkaClient, readTopic } from '../kafka/client.ts'
import { encodeBatch } from '../kafka/record-batch.ts'

export class Broker {
  readonly #kafka: Pick<RunningKafka, 'bootstrap' | 'admin'>
  readonly #prefix: string

  /** `prefix` = the workspace's prefix of physical topics. */
  constructor(kafka: Pick<RunningKafka, 'bootstrap' | 'admin'>, prefix: string) {
    this.#kafka = kafka
    this.#prefix = prefix
  }

  async make(...topics: readonly string[]): Promise<void> {
    const physical = Object.fromEntries(topics.map((topic) => [this.#prefix + topic, 1]))
    await makeTopics(this.#kafka.bootstrap, this.#kafka.admin, physical)
  }

  async write(topic: string, values: readonly string[]): Promise<void> {
    const batch = encodeBatch(
      values.map((value) => Buffer.from(value)),
      Date.now(),
    )
    await this.#with((client) => client.produce(this.#prefix + topic, 0, batch))
  }

  /** Values of all committed records. */
  async read(topic: string): Promise<string[]> {
    const values: string[] = []
    await this.#with((client) =>
      readTopic(client, this.#prefix + topic, ({ value }) => values.push(value === null ? '' : value.toString())),
    )
    return values
  }

  /** A connection for one thing: the broker may be away between two. */
  async #with<T>(use: (client: KafkaClient) => Promise<T>): Promise<T> {
    const client = await KafkaClient.open(this.#kafka.bootstrap, this.#kafka.admin)
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }
}
