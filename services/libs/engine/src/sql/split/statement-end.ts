import type { Token } from '../lex/token.ts'

/**
 * Finds where statements end: at a semicolon, but not at one between `STATEMENT SET BEGIN` and its END. Linear over all
 * calls with ascending indexes: a missing END is looked for once.
 */
export class StatementEnds {
  readonly #tokens: readonly Token[]
  #noEndFrom = Number.POSITIVE_INFINITY

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Index of the semicolon, or of the end, that closes the statement that begins at `first`. */
  after(first: number): number {
    const tokens = this.#tokens
    let index = first
    while (!this.#closes(index)) {
      if (tokens[index]?.key === 'BEGIN' && tokens[index - 1]?.key === 'SET' && tokens[index - 2]?.key === 'STATEMENT') {
        const end = this.#endOfSet(index + 1)
        if (end !== undefined) return end
      }
      index++
    }
    return index
  }

  #closes(index: number): boolean {
    const token = this.#tokens[index]
    return token === undefined || token.type === 'end' || token.key === ';'
  }

  /** Index behind the END of a statement set; undefined where none follows. */
  #endOfSet(from: number): number | undefined {
    if (from >= this.#noEndFrom) return undefined
    let cases = 0
    for (let index = from; index < this.#tokens.length; index++) {
      const key = this.#tokens[index]?.key
      if (key === 'CASE') cases++
      else if (key === ';') cases = 0
      else if (key === 'END') {
        if (cases > 0) cases--
        else if (this.#closes(index + 1)) return index + 1
      }
    }
    this.#noEndFrom = from
    return undefined
  }
}
