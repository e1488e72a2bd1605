/** "Did you mean" hints. */
import { closest } from '../functions/closest-name.ts'

/** Longer names and lists are not searched: a hint is not worth more time. */
const NAME_MAX = 64
const CANDIDATES_MAX = 2000

export function didYouMean(wanted: string, candidates: readonly string[]): string | undefined {
  if (wanted.length > NAME_MAX) return undefined
  const near = candidates.slice(0, CANDIDATES_MAX).filter((candidate) => candidate.length <= NAME_MAX)
  // One letter is one edit away from any other: short names are only helped with their case.
  const found =
    wanted.length < 3 ? near.find((candidate) => candidate.toLowerCase() === wanted.toLowerCase()) : closest(wanted, near)
  return found === undefined ? undefined : `Did you mean '${found}'?`
}
