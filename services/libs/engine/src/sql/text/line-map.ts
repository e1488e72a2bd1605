import type { Position } from './span.ts'

/**
 * Offsets of line starts of one text. Lines end at LF, CR or CR LF.
 * Built once per text; look-ups are a binary search.
 */
export class LineMap {
  readonly #starts: readonly number[]

  constructor(text: string) {
    const starts = [0]
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1)
    }
    this.#starts = starts
  }

  /** Position of an offset; offsets past the end count on in the last line. */
  positionAt(offset: number): Position {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 }
  }

  /** Offset of a position; clamped to known lines. */
  offsetAt(position: Position): number {
    const line = Math.min(Math.max(position.line, 1), this.#starts.length)
    return (this.#starts[line - 1] as number) + position.column - 1
  }
}
