import kafkajs from 'kafkajs'
import type { Credentials } from '../kafka/wire.ts'

/** Makes topics as the broker's administrator; those that exist stay as they are. */
export async function makeTopics(
  bootstrap: string,
  credentials: Credentials,
  topics: Readonly<Record<string, number>>,
): Promise<void> {
  const sasl = { mechanism: 'scram-sha-256', ...credentials } as const
  const admin = new kafkajs.Kafka({ clientId: 'demo', brokers: [bootstrap], sasl, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const wanted = Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor: 1 }))
    await admin.createTopics({ topics: wanted, waitForLeaders: true })
  } finally {
    await admin.disconnect()
  }
}
