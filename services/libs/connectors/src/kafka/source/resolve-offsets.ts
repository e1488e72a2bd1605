/** From a start-up or bounded mode to offsets, as Flink's offsets initializers do. */
import type { OffsetMode } from '../table-options.ts'
import { EARLIEST, LATEST, listOffsetsCall } from '../wire/api/list-offsets.ts'
import { offsetFetchCall } from '../wire/api/offset-fetch.ts'
import type { KafkaClient } from '../wire/client.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'
import { splitId } from './split-position.ts'

export interface PartitionLeader {
  readonly topic: string
  readonly partition: number
  readonly leader: number
}

export interface ResolveOptions {
  readonly client: KafkaClient
  readonly readCommitted: boolean
  readonly groupId: string | undefined
  /** What a group without a committed offset starts from. */
  readonly reset: 'earliest' | 'latest' | 'none'
}

export type Offsets = ReadonlyMap<string, number>

/** The offset of each partition by split id. Throws OFFSET_MISSING where the group has none and no reset is given. */
export async function resolveOffsets(
  mode: OffsetMode,
  partitions: readonly PartitionLeader[],
  options: ResolveOptions,
): Promise<Offsets> {
  switch (mode.kind) {
    case 'earliest':
      return listAt(EARLIEST, partitions, options)
    case 'latest':
      return listAt(LATEST, partitions, options)
    case 'timestamp':
      return withFallback(await listAt(mode.ms, partitions, options), { partitions, options, fallback: 'latest' })
    case 'specific': {
      const given = partitions.map((p) => [splitId(p.topic, p.partition), mode.offsets.get(p.partition) ?? -1] as const)
      return withFallback(new Map(given), { partitions, options, fallback: 'earliest' })
    }
    case 'group':
      return withFallback(await committedOffsets(partitions, options), { partitions, options, fallback: options.reset })
  }
}

interface Fallback {
  readonly partitions: readonly PartitionLeader[]
  readonly options: ResolveOptions
  readonly fallback: 'earliest' | 'latest' | 'none'
}

/** Fills what is below zero from the end or the start of the log. */
async function withFallback(offsets: Offsets, { partitions, options, fallback }: Fallback): Promise<Offsets> {
  const missing = partitions.filter((p) => (offsets.get(splitId(p.topic, p.partition)) ?? -1) < 0)
  if (missing.length === 0) return offsets
  if (fallback === 'none') {
    const names = missing.map((p) => splitId(p.topic, p.partition)).join(', ')
    throw new KafkaError(
      'OFFSET_MISSING',
      `the group ${options.groupId} has no offset for ${names}, and 'properties.auto.offset.reset' is not set`,
    )
  }
  return new Map([...offsets, ...(await listAt(fallback === 'latest' ? LATEST : EARLIEST, missing, options))])
}

async function listAt(timestamp: number, partitions: readonly PartitionLeader[], options: ResolveOptions): Promise<Offsets> {
  const offsets = new Map<string, number>()
  for (const [leader, led] of Map.groupBy(partitions, (p) => p.leader)) {
    const queries = led.map(({ topic, partition }) => ({ topic, partition, timestamp }))
    for (const answer of await options.client.requestTo(leader, listOffsetsCall(queries, options.readCommitted))) {
      const id = splitId(answer.topic, answer.partition)
      if (answer.error !== 0) throw brokerError('ListOffsets', answer.error, id)
      offsets.set(id, answer.offset)
    }
  }
  return offsets
}

async function committedOffsets(partitions: readonly PartitionLeader[], options: ResolveOptions): Promise<Offsets> {
  const { client, groupId } = options
  if (groupId === undefined) throw new KafkaError('OPTION_INVALID', `group offsets need 'properties.group.id'`)
  const byTopic = Map.groupBy(partitions, (p) => p.topic)
  const wanted = new Map([...byTopic].map(([topic, list]) => [topic, list.map((p) => p.partition)] as const))
  const call = offsetFetchCall({ group: groupId, partitions: wanted, requireStable: true })
  const answer = await client.requestCoordinator({ kind: 'group', key: groupId }, call, (a) => a.error)
  if (answer.error !== 0) throw brokerError('OffsetFetch', answer.error, `group ${groupId}`)
  const offsets = new Map<string, number>()
  for (const committed of answer.offsets) {
    if (committed.error !== 0) throw brokerError('OffsetFetch', committed.error, `group ${groupId}`)
    offsets.set(splitId(committed.topic, committed.partition), committed.offset)
  }
  return offsets
}
