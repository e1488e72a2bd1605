/**
 * A checkpoint truth over a folder, for the engine's own sinks: rows of a transaction lie in files of their own, and the committed
 * transactions are listed in one object that moves by compare-and-set together with the checkpoint. What Kafka does, in files.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CheckpointTruth, type CommittedPointer, FencedError, type TransactionHandle } from '../connector/sink.ts'
import { createFsStore } from '../objectstore/fs.ts'

interface Current {
  readonly owner: number
  readonly pointer: CommittedPointer | null
  /** In order of commit. */
  readonly transactions: readonly string[]
}

const KEY = 'CURRENT'

export class FolderTruth implements CheckpointTruth {
  readonly #folder: string
  readonly #epoch: number
  readonly #random: () => number
  #current: Current = { owner: 0, pointer: null, transactions: [] }
  #version: string | undefined
  #open = new Map<number, string>()

  constructor(options: { folder: string; epoch: number; random: () => number }) {
    this.#folder = options.folder
    this.#epoch = options.epoch
    this.#random = options.random
  }

  async recover(): Promise<CommittedPointer | null> {
    for (;;) {
      const stored = await this.#store().getVersioned(KEY)
      const current = stored && (JSON.parse(Buffer.from(stored.body).toString()) as Current)
      if (current && current.owner > this.#epoch) throw new FencedError(`epoch ${current.owner} owns ${this.#folder}`)
      this.#version = stored?.version
      if (await this.#moved({ pointer: null, transactions: [], ...current, owner: this.#epoch })) return this.#current.pointer
    }
  }

  async begin(number: number): Promise<TransactionHandle> {
    const name = `${number}-${this.#epoch}-${Math.floor(this.#random() * 2 ** 40).toString(36)}`
    this.#open.set(number, name)
    return { checkpoint: number, data: name }
  }

  async commit(pointer: CommittedPointer): Promise<void> {
    const name = this.#open.get(pointer.number)
    const transactions = name === undefined ? this.#current.transactions : [...this.#current.transactions, name]
    const moved = await this.#moved({ owner: this.#epoch, pointer, transactions })
    if (!moved) throw new FencedError(`${this.#folder} was moved by another run`)
    this.#open.delete(pointer.number)
  }

  async #moved(next: Current): Promise<boolean> {
    const store = this.#store()
    const body = Buffer.from(JSON.stringify(next))
    if (!(await store.compareAndSet(KEY, body, this.#version))) return false
    const stored = await store.getVersioned(KEY)
    if (!stored || Buffer.compare(stored.body, body) !== 0) throw new FencedError(`${this.#folder} was moved by another run`)
    this.#current = next
    this.#version = stored.version
    return true
  }

  #store() {
    return createFsStore({ kind: 'fs', root: this.#folder })
  }

  async abort(): Promise<void> {
    this.#open.clear()
  }

  async close(): Promise<void> {}
}

/** Lines of all committed transactions, in order of commit. `table` is the name that its writers were given. */
export async function readCommitted(folder: string, table: string): Promise<string[]> {
  const stored = await createFsStore({ kind: 'fs', root: folder }).get(KEY)
  if (stored === undefined) return []
  const { transactions } = JSON.parse(Buffer.from(stored).toString()) as Current
  const files = await readdir(folder)
  const lines: string[] = []
  for (const transaction of transactions) {
    for (const file of files.filter((name) => name.startsWith(`${table}.${transaction}.`)).sort()) {
      lines.push(...(await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line !== ''))
    }
  }
  return lines
}
