import type { ApiCall } from '../connection.ts'

export interface BrokerNode {
  readonly id: number
  readonly host: string
  readonly port: number
}
export interface PartitionMetadata {
  readonly error: number
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
}
export interface TopicMetadata {
  readonly error: number
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly partitions: readonly PartitionMetadata[]
}
export interface MetadataAnswer {
  readonly brokers: readonly BrokerNode[]
  readonly topics: readonly TopicMetadata[]
}

/**
 * Metadata v12. `topics` null = all that the principal may describe.
 *   request   [topic_id, name], allow_auto_topic_creation, include_topic_authorized_operations
 *   response  throttle_ms, [node_id, host, port, rack], cluster_id, controller_id, [error, name, topic_id, is_internal,
 *             [error, index, leader, leader_epoch, [replica], [isr], [offline]], authorized_operations]
 */
export function metadataCall(topics: readonly string[] | null): ApiCall<MetadataAnswer> {
  return {
    api: 3,
    version: 12,
    flexible: true,
    encode(w) {
      w.compactArray(topics, (name) => w.uuid('0'.repeat(32)).compactString(name).noTags())
      w.bool(false).bool(false).noTags()
    },
    decode(r) {
      r.i32()
      const brokers = r.compactArray(() => {
        const node = { id: r.i32(), host: r.compactString() ?? '', port: r.i32() }
        r.compactString()
        r.tags()
        return node
      })
      r.compactString()
      r.i32()
      const node = () => r.i32()
      const topicList = r.compactArray(() => {
        const topic = { error: r.i16(), name: r.compactString() ?? '', id: r.uuid(), internal: r.bool() }
        const partitions = r.compactArray(() => {
          const partition = { error: r.i16(), partition: r.i32(), leader: r.i32(), leaderEpoch: r.i32() }
          r.compactArray(node)
          r.compactArray(node)
          r.compactArray(node)
          r.tags()
          return partition
        })
        r.i32()
        r.tags()
        return { ...topic, partitions }
      })
      return { brokers, topics: topicList }
    },
  }
}
