/** A half-open range of UTF-16 offsets in one source text. */
export type Span = Readonly<{ start: number; end: number }>

/** 1-based line and column (in UTF-16 code units). */
export type Position = Readonly<{ line: number; column: number }>

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}
