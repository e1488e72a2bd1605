import { unreachable } from '@millrace/kit'
import type { ChannelReceiver } from '../exchange/channel.ts'
import type { FragmentInput, Pumped } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'

/** One channel of an exchange into a fragment. The thread's signal wakes it, so there is nothing to arm. */
export class ChannelInput implements FragmentInput {
  readonly #receiver: ChannelReceiver
  readonly #outlet: Outlet
  /** Checkpoint of the barrier that pump took last. */
  barrier = 0
  introduced = false

  constructor(receiver: ChannelReceiver, outlet: Outlet) {
    this.#receiver = receiver
    this.#outlet = outlet
  }

  pump(): Pumped {
    const element = this.#receiver.poll()
    if (element === undefined) return 'idle'
    // What a restored watermark makes due comes before the sender has told all; its rows are as old as that watermark.
    if (element.kind !== 'Watermark' && element.kind !== 'Batch') this.introduced = true
    switch (element.kind) {
      case 'Batch':
        this.#outlet.batch(element.batch)
        return 'worked'
      case 'Watermark':
        this.#outlet.watermark(element.timestamp)
        return 'worked'
      case 'Idle':
        this.#outlet.idle(element.idle)
        return 'worked'
      case 'Barrier':
        this.barrier = element.checkpoint
        return 'barrier'
      case 'End':
        this.#outlet.end()
        return 'ended'
      default:
        return unreachable(element)
    }
  }

  nextDeadline(): null {
    return null
  }

  arm(): void {}
}
