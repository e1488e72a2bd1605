import {
  bindWorker,
  grantAssignment,
  type Run,
  type RunnableStatement,
  requestOnAssignment,
  type SystemTx,
  setStatementStatus,
  setWorkerState,
} from '@millrace/store'
import { isFailure } from '../decide/decide-lifecycle.ts'
import {
  type Assign,
  type Placement,
  type PlacementFacts,
  planPlacement,
  type StandingFact,
  type Tenancy,
  type WaitingFact,
  type WorkerFact,
} from '../decide/plan-placement.ts'
import { nextStartMs } from '../decide/restart-backoff.ts'
import { SLOT_STEP, slotWithin } from '../decide/size.ts'
import { askToStop, event, type Moment } from './apply-lifecycle.ts'
import { type Facts, isWanted, milli } from './facts.ts'
import { type LoopParts, momentOf } from './parts.ts'

/** Places waiting statements: plans, then writes each grant under the next epoch. Returns the plan, for sizing the fleet. */
export async function placeStep(parts: LoopParts, facts: Facts, stopped: ReadonlySet<string>): Promise<Placement> {
  const input = placementFacts(parts, facts, stopped)
  const plan = planPlacement(input, parts.clock.now())
  const statements = new Map(facts.statements.map((s) => [s.version, s]))
  for (const assign of plan.assign) {
    const statement = statements.get(assign.version)
    const worker = facts.workers.find((w) => w.uid === assign.worker)
    if (!statement || !worker) continue
    const last = facts.history.get(assign.version)?.[0]
    const epoch = await parts.store.withSystem((tx) =>
      grant(tx, { assign, statement, last, readUrl: worker.readUrl }, momentOf(parts)),
    )
    if (epoch === null)
      parts.log.warn({ statement: statement.name, worker: assign.worker }, 'a grant was refused; the next tick decides anew')
    else
      parts.log.info(
        { statement: statement.name, worker: assign.worker, epoch, cu: assign.milliCu / 1000, parallelism: assign.parallelism },
        'granted',
      )
  }
  for (const release of plan.release) {
    const slot = facts.standing.find((a) => a.version === release.version && a.epoch === release.epoch)
    if (!slot) continue
    await parts.store.withSystem((tx) =>
      askToStop(tx, slot, { reason: release.reason, checkpoint: true, now: momentOf(parts).now }),
    )
  }
  for (const u of plan.unplaced) {
    const statement = statements.get(u.version)
    if (statement && u.reason === 'POOL_EXHAUSTED' && statement.scalingState !== 'POOL_EXHAUSTED')
      await noteExhausted(parts, statement)
  }
  return plan
}

function placementFacts(parts: LoopParts, facts: Facts, stopped: ReadonlySet<string>): PlacementFacts {
  const { settings } = parts
  const priorities = new Map(facts.statements.map((s) => [s.uid, s.priority]))
  const held = new Set(facts.standing.map((a) => a.statement))
  return {
    workers: facts.workers.map(
      (w): WorkerFact => ({
        uid: w.uid,
        capacity: milli(w.totalCu),
        tenancy: tenancyOf(w),
        accepting: w.state === 'READY' || w.state === 'SHARED',
      }),
    ),
    standing: facts.standing.map(
      (a): StandingFact => ({
        version: a.version,
        statement: a.statement,
        pool: a.pool,
        worker: a.worker,
        epoch: a.epoch,
        milliCu: milli(a.cu),
        priority: priorities.get(a.statement) ?? 0,
        grantedAtMs: a.grantedAt.getTime(),
        stopping: (a.request.stop ?? false) || stopped.has(a.version),
      }),
    ),
    waiting: facts.statements
      .filter((s) => isWanted(s) && !held.has(s.uid) && s.phase !== 'COMPLETED' && s.phase !== 'FAILED' && s.phase !== 'STOPPED')
      .filter((s) => parts.prepared(s))
      .map((s) => waitingFact(s, facts.history.get(s.version) ?? [], settings.sharedPlans)),
    poolMax: Object.fromEntries([...facts.pools].map(([uid, p]) => [uid, milli(p.maxCu)])),
    canAddWorkers: facts.workers.length < settings.workersMax,
  }
}

function tenancyOf(w: { readonly boundOrg: string | null; readonly boundPool: string | null; readonly state: string }): Tenancy {
  if (w.state === 'SHARED') return 'shared'
  return w.boundOrg !== null && w.boundPool !== null ? { org: w.boundOrg, pool: w.boundPool } : 'unbound'
}

/** A statement starts at the size that its last run had or was on the way to; the first time at the smallest slot. */
function waitingFact(s: RunnableStatement, runs: readonly Run[], sharedPlans: readonly string[]): WaitingFact {
  const last = runs[0]
  const cu = last ? (last.request.next?.cu ?? last.cu) : 0
  const ended = runs.flatMap((r) =>
    r.releasedAt
      ? [{ grantedAtMs: r.grantedAt.getTime(), releasedAtMs: r.releasedAt.getTime(), failed: isFailure(r.releaseReason) }]
      : [],
  )
  return {
    version: s.version,
    statement: s.uid,
    org: s.org,
    pool: s.pool,
    shared: sharedPlans.includes(s.orgPlan),
    priority: s.priority,
    createdAtMs: s.createdAt.getTime(),
    milliCu: Math.max(SLOT_STEP, slotWithin(milli(cu))),
    parallelism: s.spec.parallelism,
    // What the user has changed since is tried at once.
    notBeforeMs: s.generation > s.observedGeneration ? 0 : nextStartMs(ended),
  }
}

async function grant(
  tx: SystemTx,
  of: {
    readonly assign: Assign
    readonly statement: RunnableStatement
    readonly last: Run | undefined
    readonly readUrl: string
  },
  at: Moment,
): Promise<number | null> {
  const { assign, statement, last } = of
  if (assign.bind === 'shared') await setWorkerState(tx, assign.worker, 'SHARED')
  else if (assign.bind && !(await bindWorker(tx, { worker: assign.worker, ...assign.bind }))) return null
  const cu = assign.milliCu / 1000
  const { version, worker, org, pool, parallelism } = assign
  const uid = at.newUid()
  const epoch = await grantAssignment(tx, {
    org,
    uid,
    statement: statement.uid,
    version,
    worker,
    pool,
    cu,
    parallelism,
    readUrl: of.readUrl,
    now: at.now,
  })
  if (epoch === null) return null
  const scaling = last?.request.reason === 'APPLIED' ? undefined : last?.request.scaling
  if (scaling) await requestOnAssignment(tx, { version, epoch, request: { scaling } })
  const message = `Placed on worker ${worker} with ${cu} CU.`
  await event({ tx, statement, at }, { kind: 'ASSIGNMENT', reason: 'GRANTED', message, data: { epoch, worker, cu, parallelism } })
  const exhausted = statement.scalingState === 'POOL_EXHAUSTED'
  await setStatementStatus(tx, {
    statement: statement.uid,
    observedGeneration: statement.generation,
    now: at.now,
    ...(exhausted ? { scalingState: 'OK' as const, detail: null, detailCode: null } : {}),
  })
  return epoch
}

async function noteExhausted(parts: LoopParts, statement: RunnableStatement): Promise<void> {
  const at = momentOf(parts)
  const message = `The pool ${statement.poolName} is at its limit of ${statement.poolMaxCu} CU.`
  await parts.store.withSystem(async (tx) => {
    await setStatementStatus(tx, {
      statement: statement.uid,
      scalingState: 'POOL_EXHAUSTED',
      detail: message,
      detailCode: 'POOL_EXHAUSTED',
      now: at.now,
    })
    await event({ tx, statement, at }, { kind: 'SCALING', severity: 'WARNING', reason: 'POOL_EXHAUSTED', message })
  })
}
