import type { FragmentInput, Pumped } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'

/** A Values operator emits when its only input ends; a restored one that has emitted is idle and ends without rows. */
export class ValuesInput implements FragmentInput {
  readonly #emit: Outlet
  readonly #after: readonly Outlet[]
  emitted: boolean
  introduced = false

  /** `emit` is the operator's inlet; `after` its outlets, used alone when the rows are out already. */
  constructor(options: { emit: Outlet; after: readonly Outlet[]; emitted: boolean }) {
    this.#emit = options.emit
    this.#after = options.after
    this.emitted = options.emitted
  }

  pump(): Pumped {
    if (!this.introduced) {
      this.introduced = true
      if (this.emitted) for (const outlet of this.#after) outlet.idle(true)
      return 'worked'
    }
    if (this.emitted) for (const outlet of this.#after) outlet.end()
    else this.#emit.end()
    this.emitted = true
    return 'ended'
  }

  nextDeadline(): null {
    return null
  }

  arm(): void {}
}
