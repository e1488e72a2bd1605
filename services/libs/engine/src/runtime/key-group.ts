/** Key groups: the unit in which keyed state moves between subtasks. */
import type { KeyGroupRange } from './operator.ts'

/** Group of a key's hash: its unsigned value modulo the number of groups. */
export function keyGroupOf(hash: number, total: number): number {
  return (hash >>> 0) % total
}

/** The subtask that owns a group; the inverse of `keyGroupRange`. */
export function subtaskOf(keyGroup: number, parallelism: number, total: number): number {
  return Math.floor((keyGroup * parallelism) / total)
}

/** The groups of a subtask: contiguous, disjoint, together all, as in Flink. `parallelism` ≤ `total`. */
export function keyGroupRange(subtask: number, parallelism: number, total: number): KeyGroupRange {
  const first = Math.ceil((subtask * total) / parallelism)
  const last = Math.ceil(((subtask + 1) * total) / parallelism) - 1
  return { first, last, total }
}
