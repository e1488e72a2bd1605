/** What a job is made of on the coordinator's side, made once and used by each of its runs. */
import { type Clock, must } from '@millrace/kit'
import { ObjectStoreTruth } from '../../checkpoint/object-store-truth.ts'
import type { ConnectorContext } from '../../connector/context.ts'
import type { ConnectorModule, ConnectorRegistry } from '../../connector/registry.ts'
import type { CheckpointTruth } from '../../connector/sink.ts'
import type { SplitEnumerator } from '../../connector/source.ts'
import type { ObjectStore } from '../../objectstore/object-store.ts'
import type { PhysicalPlan, ResolvedTable } from '../../plan/physical.ts'
import { connectorContext, openStore } from '../connector-context.ts'
import { fillSecrets } from '../fill-secrets.ts'
import type { JobOptions } from '../job.ts'
import { JobError } from '../job-failure.ts'
import type { JobPlace } from '../thread/thread-messages.ts'

export interface JobParts {
  readonly options: JobOptions
  readonly clock: Clock
  readonly random: () => number
  /** Secrets filled in. */
  readonly plan: PhysicalPlan
  readonly operatorModule: string
  readonly place: JobPlace
  readonly registry: ConnectorRegistry
  readonly context: ConnectorContext
  readonly store: ObjectStore
  readonly truth: CheckpointTruth
  /** By source operator. */
  readonly enumerators: ReadonlyMap<string, SplitEnumerator>
}

export interface Ambience {
  readonly clock: Clock
  readonly random: () => number
}

export async function makeJobParts(options: JobOptions, { clock, random }: Ambience): Promise<JobParts> {
  const module = (await import(options.connectorModule)) as ConnectorModule
  const plan = fillSecrets(options.plan, options.secrets)
  const registry = module.createRegistry()
  const place: JobPlace = {
    installation: options.installation,
    statementVersion: options.statementVersion,
    epoch: options.epoch,
    filesRoot: options.filesRoot ?? null,
    checkpointIntervalMs: options.checkpointIntervalMs,
  }
  const context = connectorContext(module, {
    place,
    allowedAddresses: options.allowedAddresses,
    config: plan.config,
    subtask: 0,
    parallelism: options.parallelism,
    log: options.log,
    print: (line) => options.log('info', line),
    count: () => {},
    clock: { now: options.now },
    random,
  })
  const store = await openStore(module, options.store)
  const enumerators = new Map<string, SplitEnumerator>()
  for (const { id, body } of plan.operators) {
    if (body.kind !== 'Source') continue
    const factory = registry.sources[body.table.connector]
    if (factory === undefined) throw new JobError('INTERNAL', `there is no source connector ${body.table.connector}`)
    enumerators.set(id, factory.createEnumerator(body.table, context))
  }
  const truth =
    sinkTruth(plan, registry, context) ?? new ObjectStoreTruth({ store, prefix: options.checkpointPrefix, epoch: options.epoch })
  const operatorModule = options.operatorModule ?? new URL('../../operators/instantiate.ts', import.meta.url).href
  return { options, clock, random, plan, operatorModule, place, registry, context, store, truth, enumerators }
}

/** The first sink that can be the truth is the truth. */
function sinkTruth(plan: PhysicalPlan, registry: ConnectorRegistry, context: ConnectorContext): CheckpointTruth | undefined {
  const tables = plan.operators.flatMap((op) => (op.body.kind === 'Sink' ? [op.body.table] : []))
  const byConnector = Map.groupBy(tables, (table: ResolvedTable) => table.connector)
  for (const [connector, own] of byConnector) {
    const truth = must(registry.sinks[connector], `sink connector ${connector}`).createTruth?.(own, context)
    if (truth !== undefined) return truth
  }
  return undefined
}
