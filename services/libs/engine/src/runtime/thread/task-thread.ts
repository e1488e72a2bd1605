/**
 * One thread of a job: its fragments, its part of checkpoints, its share of the reports. Knows no worker_threads: `thread-main`
 * drives it on a real thread, tests drive several of them in one, turn by turn.
 */

import { INLINE_BYTES_MAX, type StateObject } from '../../checkpoint/manifest.ts'
import { SnapshotBuilder } from '../../checkpoint/snapshot-builder.ts'
import type { SplitState } from '../../connector/source.ts'
import { WATERMARK_MAX, WATERMARK_MIN } from '../../data/batch.ts'
import type { ObjectStore } from '../../objectstore/object-store.ts'
import { ObjectStoreError } from '../../objectstore/object-store.ts'
import { failureOf } from '../job-failure.ts'
import { type BuiltFragment, buildFragments, type FragmentBuilderOptions } from './build-fragments.ts'
import type { SplitSnapshot } from './fragment-io.ts'
import type { FragmentSnapshot } from './fragment-runner.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

export interface TaskThreadOptions extends Omit<FragmentBuilderOptions, 'events' | 'postResults'> {
  readonly store: ObjectStore
  readonly post: (message: FromThread) => void
  /** Makes the driver take another turn. */
  readonly wake: () => void
}

interface PartialSnapshot {
  readonly checkpoint: number
  readonly objectKey: string
  readonly builder: SnapshotBuilder
  readonly fragments: FragmentSnapshot[]
}

export class TaskThread {
  readonly #options: TaskThreadOptions
  readonly #fragments: readonly BuiltFragment[]
  #snapshot: PartialSnapshot | null = null
  /** Positions of the checkpoint that is under way, for `committed`. */
  #positions: { checkpoint: number; sources: Record<string, readonly SplitState[]> } | null = null
  #reportedEnd = false
  #reportedStatus = ''

  constructor(options: TaskThreadOptions) {
    this.#options = options
    this.#fragments = buildFragments({
      ...options,
      postResults: (rows) => options.post({ kind: 'results', rows }),
      events: {
        onSnapshot: (snapshot) => this.#fragmentDone(snapshot),
        onFailure: (error) => options.post({ kind: 'failed', failure: failureOf(error) }),
        wake: options.wake,
      },
    })
  }

  handle(message: Exclude<ToThread, { kind: 'close' }>): void {
    switch (message.kind) {
      case 'checkpoint': {
        const { trigger, objectKey } = message
        const builder = new SnapshotBuilder()
        this.#snapshot = { checkpoint: trigger.checkpoint, objectKey, builder, fragments: [] }
        if (this.#fragments.length === 0) this.#upload(this.#snapshot)
        for (const { runner } of this.#fragments) runner.trigger(trigger, builder)
        break
      }
      case 'committed':
        if (this.#positions?.checkpoint !== message.checkpoint) break
        for (const { operator, input } of this.#sources()) input.reader.committed?.(this.#positions.sources[operator] ?? [])
        break
      case 'splits':
        for (const { operator, input } of this.#sources()) if (operator === message.operator) input.addSplits(message.splits)
        break
      case 'resultCredit':
        for (const { collects } of this.#fragments) for (const collect of collects) collect.credit(message.rows)
    }
  }

  #sources() {
    return this.#fragments.flatMap((fragment) => fragment.sources)
  }

  /** Works until nothing can be done or `isOver` says that the turn is over. false = nothing was done. */
  turn(nowMs: number, isOver: () => boolean): boolean {
    this.#options.readings.nowMs = nowMs
    for (const { runner } of this.#fragments) runner.tick(nowMs)
    let worked = false
    for (let progress = true; progress && !isOver(); ) {
      progress = false
      for (const { runner } of this.#fragments) if (runner.step(nowMs)) progress = true
      worked ||= progress
    }
    if (!worked && !this.#reportedEnd && this.#fragments.every(({ runner }) => runner.ended)) {
      this.#reportedEnd = true
      this.#options.post({ kind: 'ended' })
    }
    return worked
  }

  /** Epoch ms at which a turn has something to do though nothing arrives. */
  nextDeadline(): number | null {
    const deadlines = this.#fragments.map(({ runner }) => runner.nextDeadline()).filter((deadline) => deadline !== null)
    return deadlines.length === 0 ? null : Math.min(...deadlines)
  }

  arm(): void {
    for (const { runner } of this.#fragments) runner.arm()
  }

  #fragmentDone(snapshot: FragmentSnapshot): void {
    const open = this.#snapshot
    if (open === null) return
    open.fragments.push(snapshot)
    if (open.fragments.length === this.#fragments.length) this.#upload(open)
  }

  #upload(open: PartialSnapshot): void {
    const { thread, post } = this.#options
    this.#snapshot = null
    const sources: Record<string, readonly SplitSnapshot[]> = Object.assign({}, ...open.fragments.map((part) => part.sources))
    this.#positions = { checkpoint: open.checkpoint, sources }
    const written = open.fragments.reduce((sum, part) => sum + part.written, 0)
    this.#store(open).then(
      (object) => post({ kind: 'snapshot', snapshot: { thread, checkpoint: open.checkpoint, object, sources, written } }),
      (error) => {
        if (error instanceof ObjectStoreError) {
          post({ kind: 'snapshotFailed', checkpoint: open.checkpoint, storeError: storeFailure(error) })
        } else post({ kind: 'failed', failure: failureOf(error) })
      },
    )
  }

  async #store(open: PartialSnapshot): Promise<StateObject | null> {
    const { bytes, entries, crc32 } = open.builder.finish()
    if (entries.length === 0) return null
    if (bytes.length <= INLINE_BYTES_MAX) {
      return { key: null, inline: Buffer.from(bytes).toString('base64'), bytes: bytes.length, crc32, entries }
    }
    await this.#options.store.put(open.objectKey, bytes)
    return { key: open.objectKey, bytes: bytes.length, crc32, entries }
  }

  /** Publishes figures that are too costly to keep up to date by the row. */
  publish(): void {
    const { stats, post } = this.#options
    const metrics = this.#sources().map(({ operator, input }) => ({ operator, ...input.reader.metrics() }))
    const lags = metrics.map((metric) => metric.lagRecords)
    stats.set('lagRecords', lags.some((lag) => lag === null) ? Number.NaN : lags.reduce<number>((sum, lag) => sum + lag!, 0))
    const oldest = metrics.map((metric) => metric.oldestUnreadMs).filter((at) => at !== null)
    stats.set('oldestUnreadMs', oldest.length === 0 ? Number.NaN : Math.min(...oldest))
    const sinks = this.#fragments.flatMap((fragment) => fragment.sinks)
    stats.set(
      'bytesOut',
      sinks.reduce((sum, sink) => sum + sink.writer.bytesWritten(), 0),
    )
    const ends = this.#fragments.filter(({ sinks, collects }) => sinks.length + collects.length > 0)
    const watermarks = ends.flatMap(({ nodes }) => nodes.map((node) => node.combiner.current))
    const watermark = watermarks.length === 0 ? WATERMARK_MIN : Math.min(...watermarks)
    stats.set('watermark', watermark <= WATERMARK_MIN || watermark >= WATERMARK_MAX ? Number.NaN : watermark)
    for (const { nodes } of this.#fragments) for (const node of nodes) node.publishState()
    const prefix = this.#sources().length > 1
    const positions = Object.fromEntries(
      metrics.flatMap(({ operator, positions }) =>
        Object.entries(positions).map(([split, position]) => [prefix ? `${operator}/${split}` : split, position]),
      ),
    )
    const trouble =
      [...metrics.map((metric) => metric.trouble), ...sinks.map((sink) => sink.writer.trouble())].find(Boolean) ?? null
    const status = { positions, trouble }
    const text = JSON.stringify(status)
    if (text === this.#reportedStatus) return
    this.#reportedStatus = text
    post({ kind: 'status', status })
  }

  async close(): Promise<void> {
    await Promise.allSettled([
      ...this.#sources().map(({ input }) => input.reader.close()),
      ...this.#fragments.flatMap(({ sinks }) => sinks.map((sink) => sink.writer.close())),
    ])
  }
}

export function storeFailure(error: ObjectStoreError): { code: string; message: string } {
  const code = error.kind === 'FULL' ? 'CHECKPOINT_STORE_FULL' : 'CHECKPOINT_STORE_UNREACHABLE'
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return { code, message: `${error.message}${cause}` }
}
