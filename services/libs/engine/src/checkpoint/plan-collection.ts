/** Which objects of a statement's prefix may go. Pure; only the current owner acts on it, after a grace period. */
import { parseObjectKey } from './manifest.ts'

export const CHECKPOINTS_KEPT = 3

/**
 * Superseded checkpoints beyond the last three, and what earlier epochs left unfinished beyond the committed number. Savepoints
 * stay until they are deleted by name.
 */
export function planCollection(keys: readonly string[], owner: { committed: number; epoch: number }): readonly string[] {
  return keys.filter((key) => {
    const object = parseObjectKey(key)
    if (object === undefined || object.savepoint) return false
    const superseded = object.number <= owner.committed - CHECKPOINTS_KEPT
    const abandoned = object.number > owner.committed && object.epoch < owner.epoch
    return superseded || abandoned
  })
}
