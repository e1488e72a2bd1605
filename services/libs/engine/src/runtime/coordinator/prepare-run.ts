/** Gathers what the threads of a run start from: the manifest of the committed checkpoint, splits, parallelism of sinks, memory. */
import { decodeManifest, type Manifest, planHash } from '../../checkpoint/manifest.ts'
import type { CommittedPointer } from '../../connector/sink.ts'
import type { PhysicalOperator, PhysicalPlan } from '../../plan/physical.ts'
import { JobError } from '../job-failure.ts'
import { buildJobGraph, type Fragment, type JobGraph } from '../job-graph.ts'
import type { SplitSnapshot } from '../thread/fragment-io.ts'
import type { ThreadInit } from '../thread/thread-messages.ts'
import { ThreadSignal } from '../thread/thread-signal.ts'
import { StateBudget, ThreadStats } from '../thread/thread-stats.ts'
import { allocateRings } from '../thread-memory.ts'
import { assignSplits, mergeSplits } from './assign-splits.ts'
import type { JobParts } from './job-parts.ts'

export interface PreparedRun {
  readonly inits: readonly Omit<ThreadInit, 'transaction'>[]
  readonly graph: JobGraph
  readonly manifest: Manifest | null
  readonly budget: StateBudget
  /** Splits by source operator, in order of assignment. */
  readonly splits: ReadonlyMap<string, readonly SplitSnapshot[]>
}

export async function prepareRun(parts: JobParts, pointer: CommittedPointer | null): Promise<PreparedRun> {
  const { options } = parts
  const manifest = pointer && (await loadManifest(parts, pointer))
  const writers = await sinkWriters(parts)
  const plan = joinFreeSinks(parts, writers)
  const graph = buildJobGraph(plan, options.parallelism, writers)
  const splits = new Map<string, readonly SplitSnapshot[]>()
  for (const op of plan.operators) {
    const restored = manifest?.sources[op.id] ?? []
    if (op.body.kind === 'Values') splits.set(op.id, restored)
    const enumerator = parts.enumerators.get(op.id)
    if (enumerator) splits.set(op.id, mergeSplits(await enumerator.discover(restored.map((split) => split.id)), restored))
  }
  const budget = StateBudget.allocate(options.stateLimitBytes)
  return { inits: makeInits(parts, { plan, graph, writers, splits, manifest, budget }), graph, manifest, budget, splits }
}

interface Gathered extends Omit<PreparedRun, 'inits'> {
  readonly plan: PhysicalPlan
  readonly writers: Readonly<Record<string, number>>
}

function makeInits(parts: JobParts, gathered: Gathered): Omit<ThreadInit, 'transaction'>[] {
  const { options, place, operatorModule } = parts
  const { plan, graph, writers, splits, manifest, budget } = gathered
  const signals = ThreadSignal.allocate(options.parallelism)
  const rings = allocateRings(graph)
  const assigned = new Map([...splits].map(([id, all]) => [id, assignSplits(all, fragmentOf(graph, id).parallelism)]))
  return Array.from({ length: options.parallelism }, (_, thread) => ({
    thread,
    parallelism: options.parallelism,
    plan,
    writers,
    connectorModule: options.connectorModule,
    operatorModule,
    store: options.store,
    allowedAddresses: options.allowedAddresses,
    place,
    share: options.cu === undefined ? null : options.cu / options.parallelism,
    stateLimitBytes: options.stateLimitBytes,
    memory: { stats: ThreadStats.allocate(plan.operators.length).memory, stateBytes: budget.memory, signals, rings },
    restore: manifest,
    splits: Object.fromEntries([...assigned].map(([id, byThread]) => [id, byThread[thread] ?? []])),
  }))
}

export function fragmentOf(graph: JobGraph, operator: string): Fragment {
  const fragment = graph.fragments.find((candidate) => candidate.operators.some((op) => op.id === operator))
  if (fragment === undefined) throw new JobError('INTERNAL', `operator ${operator} is in no fragment`)
  return fragment
}

async function sinkWriters(parts: JobParts): Promise<Record<string, number>> {
  const writers: Record<string, number> = {}
  for (const { id, body } of parts.plan.operators) {
    if (body.kind !== 'Sink') continue
    const count = await parts.registry.sinks[body.table.connector]?.writers?.(body.table, parts.context)
    if (count !== undefined) writers[id] = count
  }
  return writers
}

/** Where any writer will do and each subtask can have one, rows stay on their thread: the edge becomes a forward one. */
function joinFreeSinks(parts: JobParts, writers: Readonly<Record<string, number>>): PhysicalPlan {
  const { options, registry, context, plan } = parts
  const isFree = ({ id, body, inputs }: PhysicalOperator): boolean => {
    if (body.kind !== 'Sink') return false
    const limit = writers[id] ?? options.parallelism
    if (limit < options.parallelism) return false
    if (!inputs.every(({ distribution }) => distribution.kind === 'writers' && distribution.keys.length === 0)) return false
    const count = { limit, writers: options.parallelism }
    return registry.sinks[body.table.connector]?.createRouter?.(body.table, context, count) === undefined
  }
  const forward = { kind: 'forward' } as const
  const operators = plan.operators.map((op) =>
    isFree(op) ? { ...op, inputs: op.inputs.map((input) => ({ ...input, distribution: forward })) } : op,
  )
  return { ...plan, operators }
}

async function loadManifest(parts: JobParts, pointer: CommittedPointer): Promise<Manifest> {
  const missing = (reason: string): JobError =>
    new JobError('CHECKPOINT_MISSING', `Checkpoint ${pointer.number} was committed but cannot be found: ${reason}`)
  const body = await parts.store.get(pointer.manifest)
  if (body === undefined) throw missing(`${pointer.manifest} is absent.`)
  let manifest: Manifest
  try {
    manifest = decodeManifest(body)
  } catch (error) {
    throw missing(`${pointer.manifest} cannot be read: ${(error as Error).message}.`)
  }
  if (manifest.keyGroups !== parts.plan.keyGroups)
    throw missing(`it has ${manifest.keyGroups} key groups, the plan ${parts.plan.keyGroups}.`)
  if (manifest.plan !== planHash(parts.options.plan)) {
    parts.options.log('warn', `checkpoint ${pointer.number} was taken by another plan; state is matched by operator id`)
  }
  return manifest
}
