import { KafkaAdmin } from '@millrace/kafka-admin'
import { createDialler, createSocketOpener } from '@millrace/kit/dialler'
import { workspacePrincipal } from '@millrace/protocol'
import type { BuiltInKafka } from './built-in-kafka.ts'
import type { MakeTopics } from './sink-topics.ts'

export interface TopicsGiven {
  /** Of a topic whose table names no buckets. */
  readonly partitions: number
  /** Whatever a table asks for: partitions cost every tenant of the broker. */
  readonly partitionsMax: number
  readonly now: () => number
  readonly random: () => number
}

/** Makes topics on the built-in Kafka; may dial exactly its addresses. */
export function kafkaTopics(kafka: BuiltInKafka, given: TopicsGiven): MakeTopics {
  const bootstrap = kafka.bootstrap.split(',').map((address) => address.trim())
  const policy = { allowedAddresses: bootstrap }
  return async ({ workspace, password }, topics) => {
    const admin = new KafkaAdmin({
      bootstrap,
      sasl: { mechanism: kafka.saslMechanism, username: workspacePrincipal(workspace), password },
      clientId: 'millrace-scheduler',
      dial: createDialler(policy),
      openSocket: createSocketOpener(policy),
      now: given.now,
      random: given.random,
    })
    try {
      for (const { name, buckets } of topics) {
        await admin.topics.create({ name, partitions: Math.min(buckets ?? given.partitions, given.partitionsMax) })
      }
    } finally {
      await admin.close()
    }
  }
}
