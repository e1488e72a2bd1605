/**
 * A whole job in one thread under a seeded scheduler: when a thread starts, which one works next, when a checkpoint is taken and when
 * everything crashes is drawn from the seed. Channels are small, so that back-pressure and half-delivered barriers are the rule.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MANIFEST_FORMAT, type Manifest } from '../../checkpoint/manifest.ts'
import { SnapshotReader } from '../../checkpoint/snapshot-reader.ts'
import type { ConnectorContext } from '../../connector/context.ts'
import type { SinkFactory } from '../../connector/sink.ts'
import type { ObjectStore } from '../../objectstore/object-store.ts'
import type { PhysicalPlan } from '../../plan/physical.ts'
import { assignSplits, mergeSplits } from '../coordinator/assign-splits.ts'
import { fragmentOf } from '../coordinator/prepare-run.ts'
import type { FramePipe } from '../exchange/frame-pipe.ts'
import { createLocalPipe } from '../exchange/local-pipe.ts'
import { buildJobGraph } from '../job-graph.ts'
import { encodeRows } from '../result-encoding.ts'
import { TaskThread } from '../thread/task-thread.ts'
import type { FromThread, ThreadSnapshot } from '../thread/thread-messages.ts'
import { StateBudget, ThreadStats } from '../thread/thread-stats.ts'
import { createRegistry } from './test-connectors.ts'
import * as operators from './test-operators.ts'

const PIPE_BYTES = 12 * 1024
/** Steps that the last thread may come after the first. */
const START_DELAY_MAX = 60

export interface SimulationOptions {
  readonly plan: PhysicalPlan
  readonly random: () => number
  readonly parallelismMax: number
  /** Chance of a crash at each step. */
  readonly crash: number
}

/** Runs to the end of the bounded sources; gives the committed rows in order of commit. */
export async function simulateJob(
  options: SimulationOptions,
): Promise<{ rows: unknown[][]; crashes: number; checkpoints: number }> {
  const committed: unknown[][] = []
  let manifest: Manifest | null = null
  const counts = { crashes: 0, checkpoints: 0 }
  for (;;) {
    const run = await SimulatedRun.start(options, manifest)
    for (;;) {
      const outcome = await run.step()
      if (outcome === 'committed') {
        counts.checkpoints++
        manifest = run.manifest
        committed.push(...run.takeRows())
        if (run.over) return { rows: committed, ...counts }
      }
      if (!run.ended && options.random() < options.crash) break
    }
    counts.crashes++
  }
}

class SimulatedRun {
  manifest: Manifest | null
  ended = false
  over = false
  readonly #random: () => number
  readonly #plan: PhysicalPlan
  readonly #parallelism: number
  readonly #threads: TaskThread[] = []
  /** Steps until each thread takes its first turn. */
  readonly #delays: number[] = []
  readonly #rows = new Map<number, unknown[][]>()
  #parts: ThreadSnapshot[] = []
  #endedCount = 0
  #steps = 0
  #open: { number: number; final: boolean } | null = null

  private constructor(options: SimulationOptions, manifest: Manifest | null) {
    this.#random = options.random
    this.#plan = options.plan
    this.#parallelism = 1 + Math.floor(options.random() * options.parallelismMax)
    this.manifest = manifest
  }

  static async start(options: SimulationOptions, manifest: Manifest | null): Promise<SimulatedRun> {
    const run = new SimulatedRun(options, manifest)
    await run.#build()
    return run
  }

  async #build(): Promise<void> {
    const graph = buildJobGraph(this.#plan, this.#parallelism, {})
    const restore = this.manifest && (await SnapshotReader.load(this.manifest, NO_STORE, () => true))
    const registry = { ...createRegistry(), sinks: { memory: this.#sink() } }
    const splits: Record<string, ReturnType<typeof mergeSplits>> = {}
    for (const { id, body } of this.#plan.operators) {
      if (body.kind !== 'Source') continue
      const discovered = await registry.sources['numbers']!.createEnumerator(body.table, CONTEXT).discover()
      splits[id] = mergeSplits(discovered, this.manifest?.sources[id] ?? [])
    }
    const pipes = new Map<string, FramePipe>()
    const budget = StateBudget.allocate(1e9)
    for (let thread = 0; thread < this.#parallelism; thread++) {
      const own = Object.entries(splits).map(([id, all]) => [
        id,
        assignSplits(all, fragmentOf(graph, id).parallelism)[thread] ?? [],
      ])
      this.#delays.push(Math.floor(this.#random() * START_DELAY_MAX))
      this.#threads.push(
        new TaskThread({
          thread,
          plan: this.#plan,
          graph,
          writers: {},
          registry,
          operators,
          stats: ThreadStats.allocate(this.#plan.operators.length),
          budget,
          pipe: (edge, from, to) => {
            const key = `${edge}:${from}:${to}`
            if (!pipes.has(key)) pipes.set(key, createLocalPipe(PIPE_BYTES))
            return pipes.get(key)!
          },
          readings: { nowMs: 0, random: this.#random },
          context: () => CONTEXT,
          restore,
          splits: Object.fromEntries(own),
          transaction: { checkpoint: this.#next, data: null },
          store: NO_STORE,
          post: (message) => this.#onMessage(message),
          wake: () => {},
        }),
      )
    }
  }

  get #next(): number {
    return (this.manifest?.checkpoint ?? 0) + 1
  }

  /** Keeps rows by the checkpoint whose transaction they belong to. */
  #sink(): SinkFactory {
    return {
      identifier: 'memory',
      createWriter: (table) => {
        let transaction = 0
        return {
          write: (batch) => {
            const rows = this.#rows.get(transaction) ?? []
            rows.push(...encodeRows(batch, table.columns).map(({ row }) => [...row]))
            this.#rows.set(transaction, rows)
          },
          ready: () => undefined,
          flush: async () => {},
          begin: ({ checkpoint }) => {
            transaction = checkpoint
          },
          written: () => 0,
          bytesWritten: () => 0,
          trouble: () => null,
          close: async () => {},
        }
      },
    }
  }

  takeRows(): unknown[][] {
    return this.#rows.get(this.manifest!.checkpoint) ?? []
  }

  #onMessage(message: FromThread): void {
    if (message.kind === 'snapshot') this.#parts.push(message.snapshot)
    if (message.kind === 'ended') this.ended = ++this.#endedCount === this.#parallelism
    if (message.kind === 'failed') throw new Error(message.failure.message)
  }

  async step(): Promise<'committed' | 'working'> {
    const random = this.#random
    if (this.#open === null && (this.ended || random() < 0.08)) this.#trigger()
    let left = 1 + Math.floor(random() * 4)
    const next = Math.floor(random() * this.#parallelism)
    if (this.#steps++ >= this.#delays[next]!) this.#threads[next]!.turn(0, () => left-- <= 0)
    await nextTurn()
    if (this.#open === null || this.#parts.length < this.#parallelism) return 'working'
    this.#commit(this.#open.number)
    return 'committed'
  }

  #trigger(): void {
    this.#open = { number: this.#next, final: this.ended }
    const { number, final } = this.#open
    const next = final ? null : { checkpoint: number + 1, data: null }
    this.#threads.forEach((thread, i) => {
      thread.handle({ kind: 'checkpoint', trigger: { checkpoint: number, final, next }, objectKey: `${number}.${i}` })
    })
  }

  #commit(number: number): void {
    const sources: Record<string, ReturnType<typeof mergeSplits>> = {}
    for (const part of this.#parts) {
      for (const [id, splits] of Object.entries(part.sources)) sources[id] = [...(sources[id] ?? []), ...splits]
    }
    const manifest: Manifest = {
      format: MANIFEST_FORMAT,
      checkpoint: number,
      epoch: 1,
      plan: '',
      keyGroups: this.#plan.keyGroups,
      parallelism: this.#parallelism,
      savepoint: false,
      createdAtMs: 0,
      sources,
      objects: this.#parts.flatMap((part) => (part.object ? [part.object] : [])),
    }
    this.manifest = JSON.parse(JSON.stringify(manifest)) as Manifest
    this.over = this.#open!.final
    this.#parts = []
    this.#open = null
  }
}

const KEPT = new Map<string, Uint8Array>()
const NO_STORE: ObjectStore = {
  put: async (key, body) => {
    KEPT.set(key, Uint8Array.from(body))
  },
  get: async (key) => KEPT.get(key),
  compareAndSet: async () => false,
  getVersioned: async () => undefined,
  maintenance: { list: async () => [], delete: async () => {} },
}

const CONTEXT = { now: () => 0 } as ConnectorContext
