import { crc32c } from '@node-rs/crc32'
import type { AbortedTransaction } from '../wire/api/fetch.ts'
import { KafkaError } from '../wire/kafka-error.ts'
import { AbortedFilter } from './aborted-filter.ts'
import { BatchWalk } from './batch-walk.ts'
import { decompress } from './decompress.ts'
import { BATCH_HEADER_BYTES } from './record-batch.ts'
import type { RecordColumns } from './record-columns.ts'
import { type OffsetRange, type SplitCursor, splitRecords } from './split-records.ts'

export interface FetchedRecords {
  readonly data: Uint8Array
  readonly start: number
  readonly end: number
  /** Empty under read_uncommitted. */
  readonly aborted: readonly AbortedTransaction[]
  readonly range: OffsetRange
}

/** Reads what one fetch brought for one partition, run by run, without copying. */
export class PartitionCursor {
  readonly #walk: BatchWalk
  readonly #filter: AbortedFilter
  readonly #range: OffsetRange
  readonly #checkCrcs: boolean
  #batch: SplitCursor | null = null
  /** Offset after everything that was read or passed over so far. */
  nextOffset: number

  constructor(records: FetchedRecords, checkCrcs = true) {
    this.#walk = new BatchWalk(records.data, records.start, records.end)
    this.#filter = new AbortedFilter(records.aborted)
    this.#range = records.range
    this.#checkCrcs = checkCrcs
    this.nextOffset = records.range.from
  }

  /**
   * Fills `out` with the next run and returns true; false when nothing is left. A run ends when `out` is full, when the batches'
   * memory changes (compression), or when leader epoch or kind of time-stamp does. Throws RECORD_MALFORMED for damaged batches.
   */
  fill(out: RecordColumns): boolean {
    out.count = 0
    for (;;) {
      const batch = this.#batch ?? this.#open()
      if (batch === null) return out.count > 0
      if (out.count === 0) this.#startRun(out, batch)
      else if (!this.#continues(out, batch)) return true
      splitRecords(batch, this.#range, out)
      if (batch.remaining > 0) {
        if (out.count > 0) this.nextOffset = Math.max(this.nextOffset, (out.offsets[out.count - 1] as number) + 1)
        return true
      }
      this.#finish()
    }
  }

  /** Record time of what is read next, epoch ms; null when nothing is left or it is unknown. */
  pendingTimestamp(): number | null {
    if (this.#batch === null && !this.#advance()) return null
    return this.#walk.logAppendTime ? this.#walk.maxTimestamp : this.#walk.baseTimestamp
  }

  #finish(): void {
    this.#batch = null
    this.nextOffset = Math.max(this.nextOffset, Math.min(this.#walk.lastOffset + 1, this.#range.to))
  }

  #startRun(out: RecordColumns, batch: SplitCursor): void {
    out.data = batch.data
    out.leaderEpoch = this.#walk.leaderEpoch
    out.logAppendTime = this.#walk.logAppendTime
  }

  #continues(out: RecordColumns, batch: SplitCursor): boolean {
    const { leaderEpoch, logAppendTime } = this.#walk
    return out.data === batch.data && out.leaderEpoch === leaderEpoch && out.logAppendTime === logAppendTime
  }

  #open(): SplitCursor | null {
    return this.#advance() ? this.#batch : null
  }

  /** Moves to the next batch with records for the reader. */
  #advance(): boolean {
    const walk = this.#walk
    while (walk.next()) {
      if (walk.baseOffset >= this.#range.to) {
        this.nextOffset = Math.max(this.nextOffset, this.#range.to)
        return false
      }
      this.#check(walk)
      if (!this.#filter.accepts(walk) || walk.lastOffset < this.#range.from) {
        this.#finish()
        continue
      }
      this.#batch = cursorOf(walk)
      return true
    }
    return false
  }

  #check(walk: BatchWalk): void {
    if (walk.magic !== 2) {
      throw new KafkaError(
        'RECORD_MALFORMED',
        `the batch at offset ${walk.baseOffset} has message format ${walk.magic}; 2 is read`,
      )
    }
    if (!this.#checkCrcs) return
    const body = walk.data.subarray(walk.start + 21, walk.end)
    if (crc32c(body as Buffer) !== walk.view.getUint32(walk.start + 17)) {
      throw new KafkaError('RECORD_MALFORMED', `the batch at offset ${walk.baseOffset} fails its checksum`)
    }
  }
}

function cursorOf(walk: BatchWalk): SplitCursor {
  const start = walk.start + BATCH_HEADER_BYTES
  const head = {
    remaining: walk.count,
    baseOffset: walk.baseOffset,
    baseTimestamp: walk.baseTimestamp,
    appendTime: walk.logAppendTime ? walk.maxTimestamp : null,
  }
  if (walk.compression === 0) return { ...head, data: walk.data, position: start, end: walk.end }
  const data = decompress(walk.compression, walk.data.subarray(start, walk.end))
  return { ...head, data, position: 0, end: data.length }
}
