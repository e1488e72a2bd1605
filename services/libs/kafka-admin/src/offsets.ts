import type { AdminConnection } from './admin-connection.ts'

/** Offsets are int64 as text. */
export interface PartitionOffsets {
  readonly partition: number
  readonly start: string
  /** The high watermark: offset of the next record to be appended. */
  readonly end: string
}
export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  /** null: the group has committed none. */
  readonly offset: string | null
}

/** Positions in logs and of groups: what lag is made of. */
export class Offsets {
  readonly #connection: AdminConnection
  constructor(connection: AdminConnection) {
    this.#connection = connection
  }

  /** Throws TOPIC_UNKNOWN. */
  ofTopic(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#connection.run(`offsets of ${topic}`, async (admin) => {
      const found = await admin.fetchTopicOffsets(topic)
      return found
        .map(({ partition, low, high }) => ({ partition, start: low, end: high }))
        .sort((a, b) => a.partition - b.partition)
    })
  }

  ofGroup(group: string, topics: readonly string[]): Promise<readonly GroupOffset[]> {
    return this.#connection.run(`offsets of the group ${group}`, async (admin) => {
      const found = await admin.fetchOffsets({ groupId: group, topics: [...topics] })
      return found.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => ({ topic, partition, offset: offset === '-1' ? null : offset })),
      )
    })
  }

  deleteGroup(group: string): Promise<void> {
    return this.#connection.run(`deleting the group ${group}`, async (admin) => {
      await admin.deleteGroups([group])
    })
  }
}
