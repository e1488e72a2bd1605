import type { ObjectStore } from '../objectstore/object-store.ts'
import { planCollection } from './plan-collection.ts'

/** Deletes objects that no checkpoint needs, once they have been needless for two runs: that is the grace period. */
export class CheckpointCollector {
  readonly #store: ObjectStore
  readonly #prefix: string
  readonly #epoch: number
  #candidates = new Set<string>()

  constructor(options: { store: ObjectStore; prefix: string; epoch: number }) {
    this.#store = options.store
    this.#prefix = options.prefix
    this.#epoch = options.epoch
  }

  /** One page of the listing; the next run goes on. Called by the owner of the current epoch alone. */
  async run(committed: number): Promise<number> {
    const keys = await this.#store.maintenance.list(`${this.#prefix}/`)
    const needless = planCollection(keys, { committed, epoch: this.#epoch })
    const due = needless.filter((key) => this.#candidates.has(key))
    this.#candidates = new Set(needless.filter((key) => !this.#candidates.has(key)))
    if (due.length > 0) await this.#store.maintenance.delete(due)
    return due.length
  }
}
