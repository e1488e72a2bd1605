/**
 * The truth of statements whose sinks have none: an object CURRENT that names the committed checkpoint and the owning epoch, moved
 * by compare-and-set. Output to other sinks is at least once. A lower epoch is refused.
 */
import { type CheckpointTruth, type CommittedPointer, FencedError } from '../connector/sink.ts'
import type { ObjectStore } from '../objectstore/object-store.ts'

interface Current {
  readonly format: 1
  readonly owner: number
  readonly pointer: CommittedPointer | null
}

export class ObjectStoreTruth implements CheckpointTruth {
  readonly #store: ObjectStore
  readonly #key: string
  readonly #epoch: number
  #version: string | undefined

  constructor(options: { store: ObjectStore; prefix: string; epoch: number }) {
    this.#store = options.store
    this.#key = `${options.prefix}/CURRENT`
    this.#epoch = options.epoch
  }

  async recover(): Promise<CommittedPointer | null> {
    for (;;) {
      const stored = await this.#store.getVersioned(this.#key)
      const current = stored && (JSON.parse(new TextDecoder().decode(stored.body)) as Current)
      if (current && current.owner > this.#epoch) throw new FencedError(`epoch ${current.owner} owns ${this.#key}`)
      const pointer = current?.pointer ?? null
      if (await this.#move(pointer, stored?.version)) return pointer
    }
  }

  async begin(): Promise<undefined> {}

  async commit(pointer: CommittedPointer): Promise<void> {
    if (!(await this.#move(pointer, this.#version))) throw new FencedError(`${this.#key} was moved by another run`)
  }

  async #move(pointer: CommittedPointer | null, expected: string | undefined): Promise<boolean> {
    const current: Current = { format: 1, owner: this.#epoch, pointer }
    const body = new TextEncoder().encode(JSON.stringify(current))
    if (!(await this.#store.compareAndSet(this.#key, body, expected))) return false
    // Read back: a version that another run has written in between must not become the one that we replace next.
    const stored = await this.#store.getVersioned(this.#key)
    if (!stored || Buffer.compare(stored.body, body) !== 0) throw new FencedError(`${this.#key} was moved by another run`)
    this.#version = stored.version
    return true
  }

  async abort(): Promise<void> {}

  async close(): Promise<void> {}
}
