import { KafkaAdmin } from '@millrace/kafka-admin'
import { createDialler, createSocketOpener } from '@millrace/kit/dialler'
import { workspacePrincipal } from '@millrace/protocol'
import type { BuiltInKafka } from './built-in-kafka.ts'
import type { MakeTopics } from './sink-topics.ts'

/** Makes topics on the built-in Kafka; may dial exactly its addresses. */
export function kafkaTopics(
  kafka: BuiltInKafka,
  given: { readonly partitions: number; readonly now: () => number; readonly random: () => number },
): MakeTopics {
  const bootstrap = kafka.bootstrap.split(',').map((address) => address.trim())
  const policy = { allowedAddresses: bootstrap }
  return async ({ workspace, password }, names) => {
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
      for (const name of names) await admin.topics.create({ name, partitions: given.partitions })
    } finally {
      await admin.close()
    }
  }
}
