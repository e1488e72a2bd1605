/** What a fragment's runner asks of its ends. */
import type { SplitState } from '../../connector/source.ts'

/** idle: nothing now. worked: one element went into the fragment. barrier: a checkpoint's barrier was taken from the channel. ended: no more. */
export type Pumped = 'idle' | 'worked' | 'barrier' | 'ended'

/**
 * An input introduces itself before its first row: it tells its watermark, if it has one, and whether it is idle. Which rows are late
 * depends on all inputs, so a fragment takes no row of any before all have done so.
 */
export interface FragmentInput {
  readonly introduced: boolean
  /** Delivers at most one element. Never waits. Until `introduced` it gives the introduction alone. */
  pump(nowMs: number): Pumped
  /** Epoch ms at which pump has something to do though nothing arrives, or null. */
  nextDeadline(): number | null
  /** Arranges that `wake` is called when pump may have something; called before the thread sleeps. */
  arm(wake: () => void): void
}

export interface FragmentOutput {
  /** Tries to go on; true while the fragment must not be fed. */
  blocked(): boolean
  arm(wake: () => void): void
}

/** A split's part of a checkpoint. */
export interface SplitSnapshot extends SplitState {
  /** Highest watermark that the split has given. */
  readonly watermark: number
  readonly idle: boolean
}

/** Calls `wake` once when `promise` settles; `arm` may be called any number of times meanwhile. */
export class Wakeup {
  #armed = false
  arm(promise: () => Promise<void> | undefined, wake: () => void): void {
    if (this.#armed) return
    const pending = promise()
    if (pending === undefined) return
    this.#armed = true
    const done = (): void => {
      this.#armed = false
      wake()
    }
    pending.then(done, done)
  }
}
