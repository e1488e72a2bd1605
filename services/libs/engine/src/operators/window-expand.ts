/** A window table function by itself: each row once for every window that holds it, with window_start, window_end and window_time behind. */
import { toLocal, zoneNamed } from '../codegen/calendar.ts'
import type { Batch } from '../data/batch.ts'
import { ValueError } from '../data/value-error.ts'
import type { Vector } from '../data/vector.ts'
import type { WindowExpandBody } from '../plan/physical.ts'
import type { Emitter, Operator } from '../runtime/operator.ts'
import { gatherVector } from './gather.ts'
import { fireTime, windowSlices } from './window-slices.ts'

export function createWindowExpand(body: WindowExpandBody): Operator {
  const slices = windowSlices(body.window)
  if (slices === undefined) throw new Error(`windows of kind ${body.window.kind} have no slices`)
  const zone = body.zone === null ? null : zoneNamed(body.zone)
  /** Flink names the windows of HOP from the last to the first. */
  const windowsOf = (time: number): readonly number[] => {
    const ends = slices.windowsOf(slices.sliceEnd(zone === null ? time : toLocal(time, zone)))
    return body.window.kind === 'HOP' ? ends.toReversed() : ends
  }
  return {
    processBatch(_port: number, batch: Batch, out: Emitter): void {
      const rows: number[] = []
      const ends: number[] = []
      /** First output row of each input row. */
      const starts: number[] = []
      for (let row = 0; row < batch.length; row++) {
        starts.push(rows.length)
        for (const end of windowsOf(timeAt(batch.columns[body.timeColumn]!, row))) {
          rows.push(row)
          ends.push(end)
        }
      }
      out.emit(expanded(batch, Int32Array.from(rows), { starts, columns: windowColumns(ends) }))
    },
  }

  function windowColumns(ends: readonly number[]): readonly Vector[] {
    const column = (value: (end: number) => number): Vector => ({
      repr: 'f64',
      values: Float64Array.from(ends, value),
      nulls: null,
    })
    return [column((end) => slices!.startOf(end)), column((end) => end), column((end) => fireTime(end, body.zone))]
  }
}

function timeAt(vector: Vector, row: number): number {
  if (vector.repr !== 'f64' && vector.repr !== 'ts') throw new Error(`event time in a column of ${vector.repr}`)
  if (vector.nulls !== null && vector.nulls[row] === 1)
    throw new ValueError('The event time of a windowed record must not be NULL.')
  return vector.values[row]!
}

function expanded(
  batch: Batch,
  rows: Int32Array,
  added: { readonly starts: readonly number[]; readonly columns: readonly Vector[] },
): Batch {
  const { length } = rows
  return {
    length,
    columns: [...batch.columns.map((vector) => gatherVector(vector, rows, length)), ...added.columns],
    kinds: batch.kinds === null ? null : Uint8Array.from(rows, (row) => batch.kinds![row]!),
    marks: batch.marks.map(({ row, watermark }) => ({ row: added.starts[row] ?? length, watermark })),
    lease: batch.lease,
  }
}
