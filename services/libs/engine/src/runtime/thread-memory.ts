/** The shared memory of a job's threads. */
import { must } from '@millrace/kit'
import { allocateRing } from './exchange/shared-ring.ts'
import type { JobGraph } from './job-graph.ts'
import { ringKey } from './thread/thread-messages.ts'

/** What the channels of one edge into one thread hold together. */
const EDGE_BYTES = 2 * 1024 * 1024
const CHANNEL_BYTES_MIN = 64 * 1024

/** Credit of one channel: a power of two, less where more threads share the edge. */
export function channelBytes(parallelism: number): number {
  return Math.max(CHANNEL_BYTES_MIN, 2 ** Math.floor(Math.log2(EDGE_BYTES / parallelism)))
}

/** A ring for each pair of different threads that an edge joins. */
export function allocateRings(graph: JobGraph): Record<string, SharedArrayBuffer> {
  const parallelism = (id: number): number =>
    must(
      graph.fragments.find((fragment) => fragment.id === id),
      `fragment ${id}`,
    ).parallelism
  const rings: Record<string, SharedArrayBuffer> = {}
  for (const edge of graph.edges) {
    for (let from = 0; from < parallelism(edge.fromFragment); from++) {
      for (let to = 0; to < parallelism(edge.toFragment); to++) {
        if (from !== to) rings[ringKey(edge.id, from, to)] = allocateRing(channelBytes(parallelism(edge.fromFragment)))
      }
    }
  }
  return rings
}
