import type { AbortedTransaction } from '../wire/api/fetch.ts'
import type { BatchWalk } from './batch-walk.ts'
import { BATCH_HEADER_BYTES, CONTROL_ABORT } from './record-batch.ts'

/**
 * Under read_committed, which batches of a fetch belong to aborted transactions. The broker lists aborted transactions with their
 * first offsets; a producer's batches are dropped from there to its abort marker. Batches must be shown in order.
 */
export class AbortedFilter {
  readonly #pending: AbortedTransaction[]
  readonly #aborting = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** Whether the records of the walk's current batch are for the reader. Control batches never are. */
  accepts(batch: BatchWalk): boolean {
    for (let last = this.#pending.at(-1); last && last.firstOffset <= batch.lastOffset; last = this.#pending.at(-1)) {
      this.#aborting.add(last.producerId)
      this.#pending.pop()
    }
    if (batch.control) {
      if (controlType(batch) === CONTROL_ABORT) this.#aborting.delete(batch.producerId)
      return false
    }
    return !(batch.transactional && this.#aborting.has(batch.producerId))
  }
}

/** Of the first record's key: version i16, type i16. Control records have one-byte varints throughout their head. */
function controlType(batch: BatchWalk): number {
  const { data, view } = batch
  let at = batch.start + BATCH_HEADER_BYTES
  const skipVarint = () => {
    while (at < batch.end && (data[at++] as number) > 127);
  }
  skipVarint()
  at += 1
  skipVarint()
  skipVarint()
  skipVarint()
  return at + 4 <= batch.end ? view.getInt16(at + 2) : -1
}
