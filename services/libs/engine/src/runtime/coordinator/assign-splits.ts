/** Splits to threads: by position in the sorted list, so that every start with the same splits gives the same assignment. */
import type { SplitState } from '../../connector/source.ts'
import { WATERMARK_MIN } from '../../data/batch.ts'
import type { SplitSnapshot } from '../thread/fragment-io.ts'

/** What is restored wins over what is discovered; splits that have gone stay until their reader says so. */
export function mergeSplits(discovered: readonly SplitState[], restored: readonly SplitSnapshot[]): SplitSnapshot[] {
  const splits = new Map<string, SplitSnapshot>()
  for (const split of discovered) splits.set(split.id, { ...split, watermark: WATERMARK_MIN, idle: false })
  for (const split of restored) splits.set(split.id, split)
  return [...splits.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** Split number `first + i` goes to thread (first + i) modulo `threads`. */
export function assignSplits<S>(splits: readonly S[], threads: number, first = 0): S[][] {
  const assigned: S[][] = Array.from({ length: threads }, () => [])
  splits.forEach((split, i) => {
    assigned[(first + i) % threads]!.push(split)
  })
  return assigned
}
