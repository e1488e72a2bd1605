/**
 * Windows as slices: a slice is the longest span that every window holds whole or not at all, so that a record is accumulated once.
 * Ends and starts are wall-clock ms of the window's zone.
 */
import { toInstant, zoneNamed } from '../codegen/calendar.ts'
import type { WindowSpec } from '../sql/bound/rel.ts'

export interface WindowSlices {
  /** End of the slice of a time (wall clock). */
  sliceEnd(time: number): number
  /** Ends of all windows that hold the slice, ascending. */
  windowsOf(sliceEnd: number): readonly number[]
  /** Start of the window that ends here. */
  startOf(windowEnd: number): number
  /** Ends of the slices of a window, ascending; slices without records may be among them. */
  slicesOf(windowEnd: number): readonly number[]
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** End of the span of length `size` (aligned at `offset`) that holds `time`. */
function endOf(time: number, size: number, offset: number): number {
  return Math.floor((time - offset) / size) * size + size + offset
}

function tumble(size: number, offset: number): WindowSlices {
  return {
    sliceEnd: (time) => endOf(time, size, offset),
    windowsOf: (sliceEnd) => [sliceEnd],
    startOf: (windowEnd) => windowEnd - size,
    slicesOf: (windowEnd) => [windowEnd],
  }
}

function range(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step)
}

function hop(spec: { readonly size: number; readonly slide: number; readonly offset: number }): WindowSlices {
  const { size, slide, offset } = spec
  const slice = greatestCommonDivisor(size, slide)
  return {
    sliceEnd: (time) => endOf(time, slice, offset),
    windowsOf(sliceEnd) {
      const remainder = (((size % slide) + slide) % slide) + offset
      const first = Math.ceil((sliceEnd - remainder) / slide) * slide + remainder
      return first - size >= sliceEnd ? [] : range(first, sliceEnd - slice + size, slide)
    },
    startOf: (windowEnd) => windowEnd - size,
    slicesOf: (windowEnd) => range(windowEnd - size + slice, windowEnd, slice),
  }
}

function cumulate(spec: { readonly size: number; readonly step: number; readonly offset: number }): WindowSlices {
  const { size, step, offset } = spec
  const startOf = (windowEnd: number): number => endOf(windowEnd - 1, size, offset) - size
  return {
    sliceEnd: (time) => endOf(time, step, offset),
    windowsOf: (sliceEnd) => range(sliceEnd, endOf(sliceEnd - 1, size, offset), step),
    startOf,
    slicesOf: (windowEnd) => range(startOf(windowEnd) + step, windowEnd, step),
  }
}

/** Undefined for windows that have no slices (SESSION). */
export function windowSlices(window: WindowSpec): WindowSlices | undefined {
  switch (window.kind) {
    case 'TUMBLE':
      return tumble(window.size, window.offset)
    case 'HOP':
      return hop(window)
    case 'CUMULATE':
      return cumulate(window)
    case 'SESSION':
      return undefined
  }
}

/** A window fires when the watermark reaches this instant: its last millisecond on the zone's clock. */
export function fireTime(windowEnd: number, zone: string | null): number {
  return zone === null ? windowEnd - 1 : toInstant(windowEnd - 1, zoneNamed(zone))
}
