/** When the sources of a run are asked for splits that have appeared since its start, and what they answered. */
import type { Clock } from '@millrace/kit'
import type { SplitEnumerator, SplitState } from '../../connector/source.ts'
import { judgeFailure } from './judge-failure.ts'

/** Of a source that says nothing of it. */
const INTERVAL_MS = 30_000
/** However often a table asks: each look is a request to the outside. */
const INTERVAL_MS_MIN = 100

export class SplitDiscovery {
  readonly #enumerators: ReadonlyMap<string, SplitEnumerator>
  readonly #clock: Clock
  readonly #due = new Map<string, number>()

  /** `enumerators` by source operator; all of them have just been asked. */
  constructor(enumerators: ReadonlyMap<string, SplitEnumerator>, clock: Clock) {
    this.#enumerators = enumerators
    this.#clock = clock
    for (const operator of enumerators.keys()) this.#schedule(operator)
  }

  /** Monotonic time of the next look; infinite where no source gets new splits. */
  get dueMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#due.values())
  }

  /**
   * Asks the sources whose time has come for splits beyond those that `known` names. While the outside does not answer there is
   * nothing new, its trouble is told by the readers; rejects with any other failure.
   */
  async look(known: (operator: string) => readonly string[]): Promise<ReadonlyMap<string, readonly SplitState[]>> {
    const now = this.#clock.monotonic()
    const found = new Map<string, readonly SplitState[]>()
    for (const [operator, dueMs] of this.#due) {
      if (dueMs > now) continue
      const ids = known(operator)
      const splits = await discover(this.#enumerators.get(operator)!, ids)
      found.set(
        operator,
        splits.filter((split) => !ids.includes(split.id)),
      )
      this.#schedule(operator)
    }
    return found
  }

  #schedule(operator: string): void {
    const { discoveryIntervalMs = INTERVAL_MS } = this.#enumerators.get(operator)!
    if (discoveryIntervalMs === null) return
    this.#due.set(operator, this.#clock.monotonic() + Math.max(INTERVAL_MS_MIN, discoveryIntervalMs))
  }
}

async function discover(enumerator: SplitEnumerator, known: readonly string[]): Promise<readonly SplitState[]> {
  try {
    return await enumerator.discover(known)
  } catch (error) {
    if (judgeFailure(error, 0).kind !== 'RESTART') throw error
    return []
  }
}
