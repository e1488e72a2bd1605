/** Runs one compiled statement in this process: for `millrace sql --local`, golden queries and conformance programs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@millrace/kit'
import type { PhysicalPlan } from '../plan/physical.ts'
import type { Job, JobOptions, JobReport, ResultRow } from '../runtime/job.ts'
import { startJob } from '../runtime/start-job.ts'

/** Local mode keeps checkpoints only so that sinks commit; nobody resumes from them unless `stateFolder` is given. */
const CHECKPOINT_INTERVAL_MS = 1_000
const STATE_LIMIT_BYTES = 2 * 1024 ** 3
const PAGE_ROWS = 1_000
const PAGE_WAIT_MS = 1_000

export interface LocalRunOptions {
  readonly plan: PhysicalPlan
  /** URL of the module with the connectors. */
  readonly connectorModule: string
  /** Each row of a foreground SELECT, in order; the statement waits for it. */
  readonly onRow?: (row: ResultRow) => void | Promise<void>
  readonly onLog?: JobOptions['log']
  readonly onStarted?: (job: Job) => void
  /** Stops the statement with a checkpoint. */
  readonly signal?: AbortSignal
  readonly parallelism?: number
  /** Folder of the checkpoints, kept afterwards; a temporary one otherwise. */
  readonly stateFolder?: string
  readonly epoch?: number
  readonly checkpointIntervalMs?: number
  readonly secrets?: Readonly<Record<string, string>>
  /** host:port that connectors may reach although they are private. */
  readonly allowedAddresses?: readonly string[]
  readonly operatorModule?: string
}

/** Resolves with the last report when the statement has ended for whatever reason: the caller looks at `state` and `failure`. */
export async function runLocal(options: LocalRunOptions): Promise<JobReport> {
  const folder = options.stateFolder ?? (await mkdtemp(join(tmpdir(), 'millrace-local-')))
  try {
    const job = await startJob(jobOptions(options, folder))
    options.onStarted?.(job)
    const stop = (): void => void job.stop({ checkpoint: true })
    if (options.signal?.aborted) stop()
    options.signal?.addEventListener('abort', stop, { once: true })
    if (options.plan.traits.schema !== null) await readRows(job, options.onRow)
    const report = await job.done
    options.signal?.removeEventListener('abort', stop)
    return report
  } finally {
    if (options.stateFolder === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function readRows(job: Job, onRow: LocalRunOptions['onRow']): Promise<void> {
  for (let after = 0; ; ) {
    const page = await job.results(after, PAGE_ROWS, PAGE_WAIT_MS)
    for (const row of page.rows) await onRow?.(row)
    after = page.rows.at(-1)?.seq ?? Math.max(after, page.oldest - 1)
    if (page.ended) return
  }
}

function jobOptions(options: LocalRunOptions, folder: string): JobOptions {
  return {
    plan: options.plan,
    parallelism: options.parallelism ?? 1,
    installation: 'local',
    statementVersion: Buffer.from(systemRandom(12)).toString('hex'),
    epoch: options.epoch ?? 1,
    knownCheckpoint: null,
    store: { kind: 'fs', root: folder },
    checkpointPrefix: 'checkpoints',
    checkpointIntervalMs: options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS,
    connectorModule: options.connectorModule,
    ...(options.operatorModule === undefined ? {} : { operatorModule: options.operatorModule }),
    secrets: options.secrets ?? {},
    allowedAddresses: options.allowedAddresses ?? [],
    stateLimitBytes: STATE_LIMIT_BYTES,
    confirm: async () => true,
    now: () => systemClock.now(),
    log: options.onLog ?? (() => {}),
  }
}
