import { brokerError, retryKafka } from '@millrace/connectors/kafka-wire'
import type { AdminConnection } from './admin-connection.ts'

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  /** −1 = the cluster's default. */
  readonly replicas?: number
  readonly configs?: Readonly<Record<string, string>>
}
export interface TopicDescription {
  readonly name: string
  readonly partitions: readonly { readonly partition: number; readonly leader: number }[]
}

const LEADER_DEADLINE_MS = 15_000

/** Topics of a cluster, as far as the principal may see them. */
export class Topics {
  readonly #connection: AdminConnection
  constructor(connection: AdminConnection) {
    this.#connection = connection
  }

  /** False where the topic was there already (it is left as it is). Afterwards its partitions have leaders. */
  async create(topic: NewTopic): Promise<boolean> {
    const { name, partitions, replicas = -1, configs = {} } = topic
    const configEntries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
    const wanted = { topic: name, numPartitions: partitions, replicationFactor: replicas, configEntries }
    const made = await this.#connection.run(`creating the topic ${name}`, (admin) =>
      admin.createTopics({ topics: [wanted], waitForLeaders: false }),
    )
    if (made) await this.#leaders(name)
    return made
  }

  /** Brokers learn of a new topic one after the other; kafkajs takes the first that does not know it for a failure. */
  async #leaders(name: string): Promise<void> {
    const { client, options } = this.#connection
    const limits = { deadlineMs: LEADER_DEADLINE_MS, now: options.now, random: options.random, signal: client.signal }
    await retryKafka(async () => {
      const [found] = (await client.metadata([name])).topics
      const error = found?.error || (found?.partitions.find((p) => p.error !== 0)?.error ?? 0)
      if (error !== 0) throw brokerError('Metadata', error, name)
    }, limits)
  }

  list(): Promise<readonly string[]> {
    return this.#connection.run('listing topics', (admin) => admin.listTopics())
  }

  /** Throws TOPIC_UNKNOWN. */
  describe(name: string): Promise<TopicDescription> {
    return this.#connection.run(`describing the topic ${name}`, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
      const partitions = topics[0]?.partitions ?? []
      return { name, partitions: partitions.map((p) => ({ partition: p.partitionId, leader: p.leader })) }
    })
  }

  /** Throws TOPIC_UNKNOWN. */
  delete(name: string): Promise<void> {
    return this.#connection.run(`deleting the topic ${name}`, (admin) => admin.deleteTopics({ topics: [name] }))
  }
}
