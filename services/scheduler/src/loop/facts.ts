import {
  type AssignmentRow,
  listPoolLimits,
  listRunHistory,
  listRunnableStatements,
  listStandingAssignments,
  listWorkers,
  type PoolLimits,
  type Run,
  type RunnableStatement,
  type Store,
  type WorkerRow,
} from '@millrace/store'

/** All that a tick decides on, read in one transaction. */
export interface Facts {
  readonly workers: readonly WorkerRow[]
  readonly statements: readonly RunnableStatement[]
  readonly standing: readonly AssignmentRow[]
  /** Past runs of statements that hold no slot, newest first, by version. */
  readonly history: ReadonlyMap<string, readonly Run[]>
  readonly pools: ReadonlyMap<string, PoolLimits>
}

/** Runs looked at for sizes and restart back-off. */
const HISTORY_RUNS = 10

export async function readFacts(store: Store, region: string): Promise<Facts> {
  return await store.withSystem(async (tx) => {
    const workers = await listWorkers(tx, region)
    const statements = await listRunnableStatements(tx, region)
    const standing = await listStandingAssignments(tx, region)
    const pools = await listPoolLimits(tx, region)
    const held = new Set(standing.map((a) => a.statement))
    const waiting = statements.filter((s) => !held.has(s.uid)).map((s) => s.version)
    const runs = await listRunHistory(tx, waiting, HISTORY_RUNS)
    return {
      workers,
      statements,
      standing,
      history: Map.groupBy(runs, (r) => r.version),
      pools: new Map(pools.map((p) => [p.uid, p])),
    }
  })
}

export const milli = (cu: number): number => Math.round(cu * 1000)

/** The service's effective desire: the spec wants it to run, nothing holds it and it is not deleted. */
export const isWanted = (s: RunnableStatement): boolean => s.desired === 'RUNNING' && s.heldBy.length === 0 && !s.deleting
