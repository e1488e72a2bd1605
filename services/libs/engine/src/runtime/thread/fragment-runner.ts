/**
 * Runs one subtask of a fragment: takes the introductions of its inputs, then feeds them in turn, holds those whose barrier has come until all have delivered it, then
 * takes the snapshot, sends the barrier on and lets the sinks finish their transaction. Never waits; `step` does a bounded piece.
 */
import { assert } from '@millrace/kit'
import type { SnapshotBuilder } from '../../checkpoint/snapshot-builder.ts'
import type { TransactionHandle } from '../../connector/sink.ts'
import { ChannelInput } from './channel-input.ts'
import type { ExchangeOutput } from './exchange-output.ts'
import type { FragmentInput, FragmentOutput, SplitSnapshot } from './fragment-io.ts'
import type { OperatorNode } from './operator-node.ts'
import type { SinkOutput } from './sink-output.ts'
import { SourceInput } from './source-input.ts'
import { ValuesInput } from './values-input.ts'

export const WATERMARK_SECTION = '$watermark'

export interface CheckpointTrigger {
  readonly checkpoint: number
  /** Nothing is read after it. */
  readonly final: boolean
  /** Transaction of the rows after the barrier. */
  readonly next: TransactionHandle | null
}

/** What a fragment adds to the thread's part of a checkpoint. */
export interface FragmentSnapshot {
  readonly sources: Readonly<Record<string, readonly SplitSnapshot[]>>
  readonly written: number
}

export interface FragmentParts {
  readonly nodes: readonly OperatorNode[]
  /** Source operators' inputs are named; channels are not. */
  readonly inputs: readonly { readonly operator: string | null; readonly input: FragmentInput }[]
  readonly exchanges: readonly ExchangeOutput[]
  readonly sinks: readonly SinkOutput[]
  /** Results of a foreground SELECT and the like: block, but take no part in a checkpoint. */
  readonly others: readonly FragmentOutput[]
}

export interface FragmentEvents {
  readonly onSnapshot: (snapshot: FragmentSnapshot) => void
  readonly onFailure: (error: unknown) => void
  readonly wake: () => void
}

interface InputState {
  readonly operator: string | null
  readonly input: FragmentInput
  state: 'open' | 'held' | 'ended'
}

interface OpenCheckpoint {
  readonly trigger: CheckpointTrigger
  readonly builder: SnapshotBuilder
}

export class FragmentRunner {
  readonly #parts: FragmentParts
  readonly #events: FragmentEvents
  readonly #inputs: InputState[]
  readonly #outputs: readonly FragmentOutput[]
  #next = 0
  #introduced = false
  #finishing = false
  #open: OpenCheckpoint | null = null
  #barrier = 0

  constructor(parts: FragmentParts, events: FragmentEvents) {
    this.#parts = parts
    this.#events = events
    this.#inputs = parts.inputs.map(({ operator, input }) => ({ operator, input, state: 'open' }))
    this.#outputs = [...parts.exchanges, ...parts.sinks, ...parts.others]
  }

  get ended(): boolean {
    return this.#inputs.every((input) => input.state === 'ended') && !this.#blocked()
  }

  /** The coordinator asks for a checkpoint: sources give their barrier now, channels when it reaches them. */
  trigger(trigger: CheckpointTrigger, builder: SnapshotBuilder): void {
    assert(this.#open === null, `checkpoint ${this.#open?.trigger.checkpoint} is still open`)
    this.#open = { trigger, builder }
    for (const input of this.#inputs) {
      if (input.state === 'open' && !(input.input instanceof ChannelInput)) input.state = 'held'
    }
    this.#alignIfComplete()
  }

  /** One element of one input. false = nothing can be done now. */
  step(nowMs: number): boolean {
    if (!this.#introduced) return this.#introduce(nowMs)
    if (this.#finishing || this.#blocked()) {
      for (const { input } of this.#inputs) if (input instanceof SourceInput) input.pause()
      return false
    }
    for (let tried = 0; tried < this.#inputs.length; tried++) {
      const input = this.#inputs[this.#next]!
      this.#next = (this.#next + 1) % this.#inputs.length
      if (input.state === 'open' && this.#pump(input, nowMs)) return true
    }
    return false
  }

  /**
   * One element of each input that has not introduced itself. Sources do so whatever holds the outputs back, and a held one too: the
   * barrier comes after the introduction.
   */
  #introduce(nowMs: number): boolean {
    const blocked = this.#blocked()
    let worked = false
    for (const state of this.#inputs) {
      if (state.input.introduced || (blocked && state.input instanceof ChannelInput)) continue
      if (this.#pump(state, nowMs)) worked = true
    }
    if (!this.#inputs.every(({ input }) => input.introduced)) return worked
    this.#introduced = true
    for (const exchange of this.#parts.exchanges) exchange.introduce()
    this.#alignIfComplete()
    return true
  }

  /** Every output gets its chance to go on. */
  #blocked(): boolean {
    let blocked = false
    for (const output of this.#outputs) if (output.blocked()) blocked = true
    return blocked
  }

  #pump(state: InputState, nowMs: number): boolean {
    const pumped = state.input.pump(nowMs)
    if (pumped === 'idle') return false
    if (pumped === 'barrier') {
      this.#barrier = (state.input as ChannelInput).barrier
      state.state = 'held'
    }
    if (pumped === 'ended') state.state = 'ended'
    if (pumped !== 'worked') this.#alignIfComplete()
    return true
  }

  /** Processing-time work of the operators. */
  tick(nowMs: number): void {
    if (!this.#introduced || this.#finishing || this.#blocked()) return
    for (const node of this.#parts.nodes) node.tick(nowMs)
  }

  #alignIfComplete(): void {
    const open = this.#open
    if (open === null || !this.#introduced || this.#inputs.some((input) => input.state === 'open')) return
    assert(this.#barrier <= open.trigger.checkpoint, `barrier ${this.#barrier} overtook checkpoint ${open.trigger.checkpoint}`)
    this.#open = null
    this.#finishing = true
    const sources = this.#snapshot(open.builder)
    for (const exchange of this.#parts.exchanges) exchange.barrier(open.trigger.checkpoint)
    this.#finish(open.trigger, sources).catch(this.#events.onFailure)
  }

  #snapshot(builder: SnapshotBuilder): Record<string, readonly SplitSnapshot[]> {
    for (const node of this.#parts.nodes) {
      const writer = builder.writerOf(node.id)
      node.operator.snapshot?.(writer)
      if (node.operator.onWatermark) {
        writer.unkeyed(WATERMARK_SECTION, new Uint8Array(Float64Array.of(node.combiner.current).buffer))
      }
    }
    const sources: Record<string, readonly SplitSnapshot[]> = {}
    for (const { operator, input } of this.#inputs) {
      if (operator === null) continue
      if (input instanceof SourceInput) sources[operator] = input.snapshot()
      if (input instanceof ValuesInput) sources[operator] = [valuesSplit(input.emitted)]
    }
    return sources
  }

  async #finish(trigger: CheckpointTrigger, sources: FragmentSnapshot['sources']): Promise<void> {
    const written = await Promise.all(this.#parts.sinks.map((sink) => sink.finishTransaction(trigger.next)))
    this.#finishing = false
    if (!trigger.final) for (const input of this.#inputs) if (input.state === 'held') input.state = 'open'
    this.#events.onSnapshot({ sources, written: written.reduce((sum, rows) => sum + rows, 0) })
    this.#events.wake()
  }

  /** The earliest time at which something is due, epoch ms. */
  nextDeadline(): number | null {
    if (!this.#introduced || this.#finishing || this.#blocked()) return null
    let next: number | null = null
    const consider = (deadline: number | null): void => {
      if (deadline !== null && (next === null || deadline < next)) next = deadline
    }
    for (const { input, state } of this.#inputs) if (state === 'open') consider(input.nextDeadline())
    for (const node of this.#parts.nodes) consider(node.nextDeadline())
    return next
  }

  /** Before the thread sleeps: whatever may let this fragment go on wakes it. */
  arm(): void {
    if (this.#finishing) return
    for (const output of this.#outputs) output.arm(this.#events.wake)
    // A source that has rows would wake a fragment that cannot take them, again and again.
    if (!this.#introduced || this.#blocked()) return
    for (const { input, state } of this.#inputs) if (state === 'open') input.arm(this.#events.wake)
  }
}

const VALUES_SPLIT = 'values'

function valuesSplit(emitted: boolean): SplitSnapshot {
  return { id: VALUES_SPLIT, position: { emitted }, watermark: 0, idle: false }
}
