/** Makes a thread's subtasks: operators wired by direct calls, exchanges, sources and sinks at the ends. */
import { must } from '@millrace/kit'
import type { SnapshotReader } from '../../checkpoint/snapshot-reader.ts'
import type { ConnectorContext } from '../../connector/context.ts'
import type { ConnectorRegistry } from '../../connector/registry.ts'
import type { TransactionHandle } from '../../connector/sink.ts'
import type { PhysicalOperator, PhysicalPlan } from '../../plan/physical.ts'
import { ChannelReceiver, ChannelSender } from '../exchange/channel.ts'
import type { FramePipe } from '../exchange/frame-pipe.ts'
import { createRowPacker } from '../exchange/row-packer.ts'
import { JobError } from '../job-failure.ts'
import type { ExchangeEdge, Fragment, JobGraph } from '../job-graph.ts'
import { keyGroupRange } from '../key-group.ts'
import type { Evaluation, Operator, OperatorContext } from '../operator.ts'
import type { OperatorModule } from '../operator-module.ts'
import { ChannelInput } from './channel-input.ts'
import { CollectOutput } from './collect-output.ts'
import { createRowRouter, ExchangeOutput } from './exchange-output.ts'
import type { SplitSnapshot } from './fragment-io.ts'
import { type FragmentEvents, type FragmentParts, FragmentRunner, WATERMARK_SECTION } from './fragment-runner.ts'
import { OperatorNode, type Outlet } from './operator-node.ts'
import { SinkOutput } from './sink-output.ts'
import { SourceInput } from './source-input.ts'
import type { EncodedResult } from './thread-messages.ts'
import type { StateBudget, ThreadStats } from './thread-stats.ts'
import { ValuesInput } from './values-input.ts'

export interface FragmentBuilderOptions {
  readonly thread: number
  readonly plan: PhysicalPlan
  readonly graph: JobGraph
  /** How many writers sinks can use, by operator. */
  readonly writers: Readonly<Record<string, number>>
  readonly registry: ConnectorRegistry
  readonly operators: OperatorModule
  readonly stats: ThreadStats
  readonly budget: StateBudget
  readonly pipe: (edge: number, from: number, to: number) => FramePipe
  /** What expressions may read; the thread sets the time at each turn. */
  readonly readings: { nowMs: number; readonly random: () => number }
  readonly context: (subtask: number, parallelism: number) => ConnectorContext
  readonly restore: SnapshotReader | null
  readonly splits: Readonly<Record<string, readonly SplitSnapshot[]>>
  readonly transaction: TransactionHandle | null
  readonly postResults: (rows: readonly EncodedResult[]) => void
  readonly events: FragmentEvents
}

export interface BuiltFragment {
  readonly runner: FragmentRunner
  readonly sources: readonly { readonly operator: string; readonly input: SourceInput }[]
  readonly sinks: readonly SinkOutput[]
  readonly collects: readonly CollectOutput[]
  readonly nodes: readonly OperatorNode[]
}

/** In reverse topological order: a turn drains what is furthest down first. */
export function buildFragments(options: FragmentBuilderOptions): BuiltFragment[] {
  const mine = options.graph.fragments.filter((fragment) => options.thread < fragment.parallelism)
  return mine.map((fragment) => new FragmentBuilder(options, fragment).build()).reverse()
}

class FragmentBuilder {
  readonly #options: FragmentBuilderOptions
  readonly #fragment: Fragment
  readonly #nodes = new Map<string, OperatorNode>()
  readonly #outlets = new Map<string, Outlet[]>()
  readonly #inputs: { operator: string | null; input: FragmentParts['inputs'][number]['input'] }[] = []
  readonly #exchanges: ExchangeOutput[] = []
  readonly #sinks: SinkOutput[] = []
  readonly #collects: CollectOutput[] = []

  constructor(options: FragmentBuilderOptions, fragment: Fragment) {
    this.#options = options
    this.#fragment = fragment
  }

  build(): BuiltFragment {
    const { operators } = this.#fragment
    for (const op of operators) this.#outlets.set(op.id, [])
    for (const op of operators) if (op.body.kind !== 'Source') this.#addNode(op)
    for (const op of operators) this.#wireInputs(op)
    for (const edge of this.#options.graph.edges) this.#wireExchange(edge)
    for (const node of this.#nodes.values()) for (const outlet of this.#outletsOf(node.id)) node.addOutlet(outlet)
    for (const op of operators) this.#addSource(op)
    this.#restore()
    const nodes = [...this.#nodes.values()]
    const sources = this.#inputs.flatMap(({ operator, input }) =>
      operator !== null && input instanceof SourceInput ? [{ operator, input }] : [],
    )
    const parts: FragmentParts = {
      nodes,
      inputs: this.#inputs,
      exchanges: this.#exchanges,
      sinks: this.#sinks,
      others: this.#collects,
    }
    return {
      runner: new FragmentRunner(parts, this.#options.events),
      sources,
      sinks: this.#sinks,
      collects: this.#collects,
      nodes,
    }
  }

  #outletsOf(id: string): Outlet[] {
    return must(this.#outlets.get(id), `outlets of ${id}`)
  }

  #addNode(op: PhysicalOperator): void {
    const { plan, stats } = this.#options
    const index = plan.operators.indexOf(op)
    const evaluation = this.#evaluation()
    const counters = {
      in: (rows: number) => stats.addOperator(index, { in: rows }),
      out: (rows: number) => stats.addOperator(index, { out: rows }),
      state: (bytes: number) => stats.setOperatorState(index, bytes),
    }
    const node = new OperatorNode(op.id, this.#createOperator(op, evaluation), { counters, evaluation })
    this.#nodes.set(op.id, node)
    if (op.body.kind === 'Sink') this.#outletsOf(op.id).push(this.#createSink(op))
    if (op.body.kind === 'Collect') {
      const collect = new CollectOutput(op.schema, (rows) => {
        this.#counted(rows.length)
        this.#options.postResults(rows)
      })
      this.#collects.push(collect)
      this.#outletsOf(op.id).push(collect)
    }
  }

  /** Processing time is the turn's; each operator has its own watermark. */
  #evaluation(): Evaluation {
    const { readings } = this.#options
    return {
      get nowMs() {
        return readings.nowMs
      },
      watermarkMs: null,
      random: readings.random,
    }
  }

  #createOperator(op: PhysicalOperator, evaluation: Evaluation): Operator {
    if (op.body.kind === 'Collect') return PASS
    const { plan, operators, stats, budget, thread } = this.#options
    const { parallelism } = this.#fragment
    const schemas = op.inputs.map(
      (input) =>
        must(
          plan.operators.find((other) => other.id === input.from),
          input.from,
        ).schema,
    )
    const context: OperatorContext = {
      subtask: thread,
      parallelism,
      keyGroups: keyGroupRange(thread, parallelism, plan.keyGroups),
      config: plan.config,
      evaluation,
      charge: (bytes) => budget.charge(bytes),
      count: (metric, by) => stats.add(metric === 'errors_ignored' ? 'errorsIgnored' : 'lateRecordsDropped', by),
    }
    return operators.createOperator(op, schemas, context)
  }

  #createSink(op: PhysicalOperator): SinkOutput {
    if (op.body.kind !== 'Sink') throw new JobError('INTERNAL', `${op.id} is no sink`)
    const { registry, context, thread, transaction } = this.#options
    const { parallelism } = this.#fragment
    const factory = registry.sinks[op.body.table.connector]
    if (!factory) throw new JobError('INTERNAL', `there is no sink connector ${op.body.table.connector}`)
    const place = { ...context(thread, parallelism), writer: thread, writers: parallelism }
    const sink = new SinkOutput(factory.createWriter(op.body.table, place), (rows) => this.#counted(rows))
    if (transaction) sink.writer.begin?.(transaction)
    this.#sinks.push(sink)
    return sink
  }

  #counted(rows: number): void {
    this.#options.stats.add('recordsOut', rows)
    this.#options.stats.add('progress', 1)
  }

  /** Forward edges inside the fragment, and the channels that end here. */
  #wireInputs(op: PhysicalOperator): void {
    const node = this.#nodes.get(op.id)
    if (!node) return
    const { graph, thread, pipe } = this.#options
    op.inputs.forEach((input, port) => {
      const edge = graph.edges.find((candidate) => candidate.to === op.id && candidate.port === port)
      if (edge === undefined) {
        this.#outletsOf(input.from).push(node.inlet(port))
        return
      }
      const packer = createRowPacker(this.#schemaOf(edge.from))
      const senders = must(
        graph.fragments.find((fragment) => fragment.id === edge.fromFragment),
        'fragment',
      ).parallelism
      for (let from = 0; from < senders; from++) {
        const receiver = new ChannelReceiver(pipe(edge.id, from, thread), packer)
        this.#inputs.push({ operator: null, input: new ChannelInput(receiver, node.inlet(port)) })
      }
    })
  }

  #wireExchange(edge: ExchangeEdge): void {
    if (edge.fromFragment !== this.#fragment.id) return
    const { graph, thread, pipe, plan, operators } = this.#options
    const schema = this.#schemaOf(edge.from)
    const packer = createRowPacker(schema)
    const targets = must(
      graph.fragments.find((fragment) => fragment.id === edge.toFragment),
      'fragment',
    ).parallelism
    const senders = Array.from({ length: targets }, (_, to) => new ChannelSender(pipe(edge.id, thread, to), packer))
    const { distribution } = edge
    const types = schema.map((field) => field.type)
    const exchange = new ExchangeOutput({
      senders,
      router: createRowRouter({
        distribution,
        targets,
        keyGroups: plan.keyGroups,
        hasher: () => operators.createKeyHasher(types, distribution.kind === 'single' ? [] : distribution.keys),
        sinkRouter: distribution.kind === 'writers' ? this.#sinkRouter(edge.to, targets) : undefined,
      }),
      inTurn: distribution.kind === 'writers',
      first: thread,
    })
    this.#exchanges.push(exchange)
    this.#outletsOf(edge.from).push(exchange)
  }

  #sinkRouter(id: string, writers: number) {
    const { plan, registry, context, thread } = this.#options
    const body = plan.operators.find((op) => op.id === id)?.body
    if (body?.kind !== 'Sink') return undefined
    const limit = this.#options.writers[id] ?? writers
    return registry.sinks[body.table.connector]?.createRouter?.(body.table, context(thread, writers), { limit, writers })
  }

  #schemaOf(id: string): PhysicalOperator['schema'] {
    return must(
      this.#options.plan.operators.find((op) => op.id === id),
      id,
    ).schema
  }

  #addSource(op: PhysicalOperator): void {
    const { splits, thread } = this.#options
    if (op.body.kind === 'Values') {
      const restored = (splits[op.id] ?? []).some((split) => (split.position as { emitted?: boolean }).emitted === true)
      const emit = must(this.#nodes.get(op.id), op.id).inlet(0)
      const input = new ValuesInput({ emit, after: this.#outletsOf(op.id), emitted: restored || thread !== 0 })
      this.#inputs.push({ operator: op.id, input })
    }
    if (op.body.kind === 'Source') this.#inputs.push({ operator: op.id, input: this.#createSource(op, op.body) })
  }

  #createSource(op: PhysicalOperator, body: Extract<PhysicalOperator['body'], { kind: 'Source' }>): SourceInput {
    const { registry, context, operators, stats, splits, thread, plan } = this.#options
    const factory = registry.sources[body.table.connector]
    if (!factory) throw new JobError('INTERNAL', `there is no source connector ${body.table.connector}`)
    const index = plan.operators.indexOf(op)
    const input = new SourceInput({
      body,
      reader: factory.createReader(body.table, body.produced, context(thread, this.#fragment.parallelism)),
      operators,
      eagerWatermarks: factory.eagerWatermarks === true,
      evaluation: this.#evaluation(),
      outlets: this.#outletsOf(op.id),
      count: (rows, bytes) => {
        stats.add('recordsIn', rows)
        stats.add('bytesIn', bytes)
        stats.add('progress', 1)
        stats.addOperator(index, { in: rows, out: rows })
      },
    })
    input.addSplits(splits[op.id] ?? [])
    return input
  }

  #restore(): void {
    const { restore, plan, thread } = this.#options
    if (restore === null) return
    const range = keyGroupRange(thread, this.#fragment.parallelism, plan.keyGroups)
    for (const node of this.#nodes.values()) node.operator.restore?.(restore.readerOf(node.id, range))
    for (const node of this.#nodes.values()) {
      const marks = [...restore.readerOf(node.id, range).unkeyed(WATERMARK_SECTION)]
      if (marks.length > 0)
        node.restoreWatermark(Math.min(...marks.map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true))))
    }
  }
}

const PASS: Operator = { processBatch: (_port, batch, out) => out.emit(batch) }
