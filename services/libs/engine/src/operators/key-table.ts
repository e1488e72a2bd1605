/**
 * Hash table from packed keys to dense row numbers: open addressing with linear probing, deletion by moving entries back, so that no
 * tombstones remain. Rows that were removed are given out again. Memory is charged before it is taken.
 */
const ROWS_MIN = 64
const WORDS_MIN = 256
/** Bytes of one row besides its key: hash, start, count, and two slots at the highest load. */
const ROW_BYTES = 20

export class KeyTable {
  /** Row + 1 by slot; 0 = free. */
  #slots = new Int32Array(ROWS_MIN * 2)
  #hashes = new Int32Array(ROWS_MIN)
  #starts = new Int32Array(ROWS_MIN)
  /** Words of the row's key; −1 for a row that is not in use. */
  #counts = new Int32Array(ROWS_MIN)
  #words = new Int32Array(WORDS_MIN)
  #wordsUsed = 0
  #wordsFreed = 0
  #rows = 0
  readonly #free: number[] = []
  readonly #charge: (bytes: number) => void

  constructor(charge: (bytes: number) => void) {
    this.#charge = charge
    charge(this.bytes())
  }

  /** Highest row number ever given out + 1: the bound for walking over rows. */
  get rows(): number {
    return this.#rows
  }
  get size(): number {
    return this.#rows - this.#free.length
  }
  get capacity(): number {
    return this.#hashes.length
  }
  bytes(): number {
    return this.#hashes.length * ROW_BYTES + this.#words.length * 4
  }
  isUsed(row: number): boolean {
    return this.#counts[row]! >= 0
  }
  hashOf(row: number): number {
    return this.#hashes[row]!
  }
  /** The key's words, valid until the next insertion. */
  keyOf(row: number): Int32Array {
    const start = this.#starts[row]!
    return this.#words.subarray(start, start + this.#counts[row]!)
  }

  /** Row of the key, or −1. */
  find(words: Int32Array, count: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]! - 1
      if (row < 0) return -1
      if (this.#hashes[row] === hash && this.#matches(row, words, count)) return row
    }
  }

  #matches(row: number, words: Int32Array, count: number): boolean {
    if (this.#counts[row] !== count) return false
    const start = this.#starts[row]!
    const own = this.#words
    for (let i = 0; i < count; i++) if (own[start + i] !== words[i]) return false
    return true
  }

  /** Adds a key that is not in the table. */
  insert(words: Int32Array, count: number, hash: number): number {
    if (this.#free.length === 0 && this.#rows === this.#hashes.length) this.#growRows()
    if (this.#wordsUsed + count > this.#words.length) this.#growWords(count)
    const row = this.#free.pop() ?? this.#rows++
    this.#hashes[row] = hash
    this.#starts[row] = this.#wordsUsed
    this.#counts[row] = count
    for (let i = 0; i < count; i++) this.#words[this.#wordsUsed + i] = words[i]!
    this.#wordsUsed += count
    this.#place(row)
    return row
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[row]! & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = row + 1
  }

  remove(row: number): void {
    const mask = this.#slots.length - 1
    let hole = this.#hashes[row]! & mask
    while (this.#slots[hole] !== row + 1) hole = (hole + 1) & mask
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hashes[this.#slots[slot]! - 1]! & mask
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        this.#slots[hole] = this.#slots[slot]!
        hole = slot
      }
    }
    this.#slots[hole] = 0
    this.#wordsFreed += this.#counts[row]!
    this.#counts[row] = -1
    this.#free.push(row)
  }

  /** Gives the charged memory back; the table must not be used any more. */
  release(): void {
    this.#charge(-this.bytes())
  }

  #growRows(): void {
    const capacity = this.#hashes.length * 2
    this.#charge((capacity - this.#hashes.length) * ROW_BYTES)
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(capacity)
      grown.set(old)
      return grown
    }
    this.#hashes = grow(this.#hashes)
    this.#starts = grow(this.#starts)
    this.#counts = grow(this.#counts)
    this.#slots = new Int32Array(capacity * 2)
    for (let row = 0; row < this.#rows; row++) if (this.#counts[row]! >= 0) this.#place(row)
  }

  /** Compacts where half of the words belong to removed keys, else doubles. */
  #growWords(extra: number): void {
    const live = this.#wordsUsed - this.#wordsFreed
    const length =
      live * 2 < this.#wordsUsed && live + extra <= this.#words.length / 2
        ? this.#words.length
        : Math.max(this.#words.length * 2, live + extra)
    this.#charge((length - this.#words.length) * 4)
    const words = new Int32Array(length)
    let used = 0
    for (let row = 0; row < this.#rows; row++) {
      const count = this.#counts[row]!
      if (count < 0) continue
      const start = this.#starts[row]!
      for (let i = 0; i < count; i++) words[used + i] = this.#words[start + i]!
      this.#starts[row] = used
      used += count
    }
    this.#words = words
    this.#wordsUsed = used
    this.#wordsFreed = 0
  }
}
