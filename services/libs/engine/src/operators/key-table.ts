/**
 * Hash table from packed keys to dense row numbers: open addressing with linear probing, deletion by moving entries back, so that no
 * tombstones remain. A slot holds row and hash side by side, and keys of one length lie at row times length: a look-up touches two
 * cache lines. Rows that were removed are given out again. Memory is charged before it is taken.
 */
const ROWS_MIN = 64
const WORDS_MIN = 256
/** Bytes of one row besides its key: hash, start, count, and two slots of two words at the highest load. */
const ROW_BYTES = 28

export interface TableSize {
  /** Words of every key; 0 where keys differ in length. */
  readonly fixedWords?: number
  /** Keys to make room for at once. */
  readonly rows?: number
}

export class KeyTable {
  /** By slot: row + 1 (0 = free), then the hash. */
  #slots: Int32Array
  #hashes: Int32Array
  #starts: Int32Array
  /** Words of the row's key; −1 for a row that is not in use. */
  #counts: Int32Array
  #words: Int32Array
  #wordsUsed = 0
  #wordsFreed = 0
  #rows = 0
  readonly #free: number[] = []
  readonly #charge: (bytes: number) => void
  /** Words of every key; 0 where keys differ in length. */
  readonly #fixed: number

  constructor(charge: (bytes: number) => void, { fixedWords = 0, rows = ROWS_MIN }: TableSize = {}) {
    this.#charge = charge
    this.#fixed = fixedWords
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(rows, ROWS_MIN)))
    this.#slots = new Int32Array(capacity * 4)
    this.#hashes = new Int32Array(capacity)
    this.#starts = new Int32Array(fixedWords > 0 ? 0 : capacity)
    this.#counts = new Int32Array(capacity)
    this.#words = new Int32Array(fixedWords > 0 ? capacity * fixedWords : WORDS_MIN)
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
  /** Where the row's key begins in `words`. */
  startOf(row: number): number {
    return this.#fixed > 0 ? row * this.#fixed : this.#starts[row]!
  }
  /** The key's words, valid until the next insertion. */
  keyOf(row: number): Int32Array {
    const start = this.startOf(row)
    return this.#words.subarray(start, start + this.#counts[row]!)
  }
  /** The array that all keys lie in, valid until the next insertion; a key of fixed length starts at row times length. */
  get words(): Int32Array {
    return this.#words
  }

  /** Row of the key, or −1. */
  find(words: Int32Array, count: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 2
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const row = slots[slot]! - 1
      if (row < 0) return -1
      if (slots[slot + 1] === hash && this.#matches(row, words, count)) return row
    }
  }

  #matches(row: number, words: Int32Array, count: number): boolean {
    if (this.#fixed === 0 && this.#counts[row] !== count) return false
    const start = this.startOf(row)
    const own = this.#words
    for (let i = 0; i < count; i++) if (own[start + i] !== words[i]) return false
    return true
  }

  /** Adds a key that is not in the table. */
  insert(words: Int32Array, count: number, hash: number): number {
    if (this.#free.length === 0 && this.#rows === this.#hashes.length) this.#growRows()
    const row = this.#free.pop() ?? this.#rows++
    this.#hashes[row] = hash
    this.#counts[row] = count
    if (this.#fixed === 0) this.#takeWords(row, count)
    const start = this.startOf(row)
    for (let i = 0; i < count; i++) this.#words[start + i] = words[i]!
    this.#place(row)
    return row
  }

  #takeWords(row: number, count: number): void {
    this.#counts[row] = -1
    if (this.#wordsUsed + count > this.#words.length) this.#growWords(count)
    this.#counts[row] = count
    this.#starts[row] = this.#wordsUsed
    this.#wordsUsed += count
  }

  #place(row: number): void {
    const mask = this.#slots.length - 2
    let slot = (this.#hashes[row]! << 1) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 2) & mask
    this.#slots[slot] = row + 1
    this.#slots[slot + 1] = this.#hashes[row]!
  }

  remove(row: number): void {
    const slots = this.#slots
    const mask = slots.length - 2
    let hole = (this.#hashes[row]! << 1) & mask
    while (slots[hole] !== row + 1) hole = (hole + 2) & mask
    for (let slot = (hole + 2) & mask; slots[slot] !== 0; slot = (slot + 2) & mask) {
      const home = (slots[slot + 1]! << 1) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      slots[hole] = slots[slot]!
      slots[hole + 1] = slots[slot + 1]!
      hole = slot
    }
    slots[hole] = 0
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
    this.#charge((capacity - this.#hashes.length) * (ROW_BYTES + this.#fixed * 4))
    this.#hashes = grown(this.#hashes, capacity)
    this.#starts = grown(this.#starts, this.#fixed > 0 ? 0 : capacity)
    this.#counts = grown(this.#counts, capacity)
    if (this.#fixed > 0) this.#words = grown(this.#words, capacity * this.#fixed)
    this.#slots = new Int32Array(capacity * 4)
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

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(length)
  fresh.set(old.subarray(0, length))
  return fresh
}
