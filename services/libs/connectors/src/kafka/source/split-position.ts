/** A split is a partition; its state is where to read next, as plain JSON with int64 as text. */
import type { SplitState } from '@millrace/engine/connector'

export interface KafkaPosition {
  readonly topic: string
  /** Pins the topic: one that was deleted and created again has another. */
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  /** Exclusive end of a bounded split. */
  readonly stopAt: number | null
}

interface Encoded {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: string
  readonly stopAt: string | null
}

export function splitId(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

export function encodeSplit(position: KafkaPosition): SplitState {
  const { topic, topicId, partition, offset, stopAt } = position
  const encoded: Encoded = { topic, topicId, partition, offset: String(offset), stopAt: stopAt === null ? null : String(stopAt) }
  return { id: splitId(topic, partition), position: encoded }
}

export function decodeSplit(split: SplitState): KafkaPosition {
  const { topic, topicId, partition, offset, stopAt } = split.position as Encoded
  return { topic, topicId, partition, offset: Number(offset), stopAt: stopAt === null ? null : Number(stopAt) }
}
