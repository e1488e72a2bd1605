import type { Batch } from '../data/batch.ts'

/** Walks over a batch as if it were cut at its watermark points. */
export function forEachSegment(
  batch: Batch,
  handlers: { readonly rows: (from: number, to: number) => void; readonly watermark: (timestamp: number) => void },
): void {
  let from = 0
  for (const { row, watermark } of batch.marks) {
    if (row > from) handlers.rows(from, row)
    from = Math.max(from, row)
    handlers.watermark(watermark)
  }
  if (from < batch.length) handlers.rows(from, batch.length)
}
