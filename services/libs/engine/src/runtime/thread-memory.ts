/** The shared memory of a job's threads. */
import { must } from '@millrace/kit'
import { allocateRing } from './exchange/shared-ring.ts'
import type { JobGraph } from './job-graph.ts'
import { ringKey } from './thread/thread-messages.ts'

/** Credit of one channel. */
export const CHANNEL_BYTES = 1024 * 1024

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
        if (from !== to) rings[ringKey(edge.id, from, to)] = allocateRing(CHANNEL_BYTES)
      }
    }
  }
  return rings
}
