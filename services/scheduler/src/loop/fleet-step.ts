import { type ErrorCode, errorMessage } from '@millrace/protocol'
import {
  type AssignmentRow,
  bindWorker,
  endWorker,
  type RunnableStatement,
  recordScalingDecision,
  type SystemTx,
  setStatementStatus,
  setWorkerState,
  upsertWorker,
  type WorkerRow,
} from '@millrace/store'
import { decideLease } from '../decide/decide-lease.ts'
import { decidePool, type PoolDecision } from '../decide/decide-pool.ts'
import type { Placement } from '../decide/plan-placement.ts'
import type { WorkerExit } from '../provision/worker-provisioner.ts'
import { askToStop, event, type Moment } from './apply-lifecycle.ts'
import { type Facts, milli } from './facts.ts'
import { type LoopParts, momentOf } from './parts.ts'

const LEASE_OF_STARTING_MS = 60_000

/** Ends workers that are gone: processes seen to exit, and silent ones whose lease has run out. Returns whether any ended. */
export async function endGoneWorkers(
  parts: LoopParts,
  facts: Facts,
  seen: { readonly exits: readonly WorkerExit[]; readonly listeningSinceMs: number },
): Promise<boolean> {
  const exits = new Map(seen.exits.map((e) => [e.worker, e]))
  let ended = false
  for (const worker of facts.workers) {
    const exit = exits.get(worker.uid)
    const emptied = worker.state === 'DRAINING' && !facts.standing.some((a) => a.worker === worker.uid)
    const gone = exit ? judge(exit, emptied) : silent(parts, worker, seen.listeningSinceMs)
    if (!gone) {
      const pid = worker.process.pid
      if (pid !== undefined && parts.provisioner.alive(worker.uid) === undefined) parts.provisioner.adopt(worker.uid, pid)
      continue
    }
    const level = gone.reason === 'DRAINED' ? 'info' : 'warn'
    parts.log[level]({ worker: worker.uid, reason: gone.reason, detail: gone.detail }, 'a worker is gone')
    parts.provisioner.kill(worker.uid)
    await parts.store.withSystem((tx) => endOne(tx, { worker, facts, ...gone }, momentOf(parts)))
    ended = true
  }
  return ended
}

interface Gone {
  readonly reason: 'DRAINED' | 'WORKER_LOST' | 'WORKER_OUT_OF_MEMORY'
  readonly detail: string
}

/** How an adopted process ended cannot be seen; one that was asked to go and held nothing has gone as asked. */
function judge(exit: WorkerExit, emptied: boolean): Gone {
  if (exit.reason === 'DRAINED' || emptied) return { reason: 'DRAINED', detail: exit.detail }
  return { reason: exit.reason === 'OUT_OF_MEMORY' ? 'WORKER_OUT_OF_MEMORY' : 'WORKER_LOST', detail: exit.detail }
}

function silent(parts: LoopParts, worker: WorkerRow, listeningSinceMs: number): Gone | null {
  const { roster, provisioner, clock, settings } = parts
  if (worker.state === 'STARTING') {
    const late = clock.now() - worker.startedAt.getTime() > settings.startTimeoutMs
    return late ? { reason: 'WORKER_LOST', detail: 'it did not start in time' } : null
  }
  const lostAfterMs = provisioner.alive(worker.uid) ? settings.lostAfterMs * 3 : settings.lostAfterMs
  const lastReportMs = roster.lastHeard(worker.uid) ?? Number.NEGATIVE_INFINITY
  const lost = decideLease([{ worker: worker.uid, lastReportMs }], clock.monotonic(), { listeningSinceMs, lostAfterMs })
  return lost.length > 0 ? { reason: 'WORKER_LOST', detail: 'it stopped reporting' } : null
}

async function endOne(tx: SystemTx, of: Gone & { readonly worker: WorkerRow; readonly facts: Facts }, at: Moment): Promise<void> {
  const { worker, facts, reason } = of
  await endWorker(tx, { worker: worker.uid, reason, lost: true, now: at.now })
  const slots = facts.standing.filter((a) => a.worker === worker.uid)
  for (const slot of slots) {
    const statement = facts.statements.find((s) => s.uid === slot.statement)
    if (!statement || reason === 'DRAINED') continue
    await tellLoss(tx, { statement, slot, reason, detail: of.detail }, at)
  }
}

async function tellLoss(
  tx: SystemTx,
  of: {
    readonly statement: RunnableStatement
    readonly slot: AssignmentRow
    readonly reason: ErrorCode
    readonly detail: string
  },
  at: Moment,
): Promise<void> {
  const { statement, slot, reason } = of
  const message = `${errorMessage(reason, { worker: slot.worker })} (${of.detail})`
  const data = { worker: slot.worker, epoch: slot.epoch, last_report: slot.lastHeartbeat?.toISOString() ?? null }
  await event({ tx, statement, at }, { kind: 'EXCEPTION', severity: 'WARNING', reason, message, data })
  if (statement.phase !== 'RUNNING' && statement.phase !== 'DEGRADED') return
  const from = await setStatementStatus(tx, {
    statement: statement.uid,
    phase: 'PENDING',
    detail: message,
    detailCode: reason,
    now: at.now,
  })
  if (from === null) return
  await event(
    { tx, statement, at },
    { kind: 'PHASE', severity: 'WARNING', reason: 'PENDING', message, data: { from, to: 'PENDING', code: reason } },
  )
}

/** Makes the fleet as large as the pools need it, with spares; ends what is idle and empties what others can carry. */
export async function sizeFleet(parts: LoopParts, facts: Facts, plan: Placement): Promise<void> {
  const boundNow = new Set(plan.assign.filter((a) => a.bind !== null).map((a) => a.worker))
  const unbound = facts.workers.filter(
    (w) => w.boundPool === null && w.state !== 'SHARED' && w.state !== 'DRAINING' && !boundNow.has(w.uid),
  )
  let needed = 0
  for (const pool of facts.pools.values()) {
    const workers = facts.workers.filter((w) => w.boundPool === pool.uid && w.state !== 'DRAINING')
    const decision = poolDecision(parts, facts, { plan, pool: pool.uid, workers })
    if (decision.reasons.includes('ENOUGH')) continue
    needed += Math.max(0, decision.workers - workers.length + decision.end.length)
    await applyPool(parts, facts, { org: pool.org, pool: pool.uid, workers, unbound, decision })
  }
  await drainUnneeded(parts, unbound, needed)
  const { workersMax, spareWorkers } = parts.settings
  const room = workersMax - facts.workers.length
  const start = Math.min(room, needed + spareWorkers - unbound.length)
  for (let i = 0; i < start; i++) await startWorker(parts)
}

/** Spares beyond the wish end again, the youngest first. */
async function drainUnneeded(parts: LoopParts, unbound: readonly WorkerRow[], needed: number): Promise<void> {
  const extra = unbound.length - needed - parts.settings.spareWorkers
  if (extra <= 0) return
  const idle = unbound.filter((w) => w.state === 'READY' && idleFor(parts, w.uid) > parts.settings.idleAfterMs)
  for (const w of idle.slice(-extra)) await parts.store.withSystem((tx) => setWorkerState(tx, w.uid, 'DRAINING'))
}

const idleFor = (parts: LoopParts, uid: string): number => parts.clock.now() - (parts.roster.idleSince(uid) ?? parts.clock.now())

function poolDecision(
  parts: LoopParts,
  facts: Facts,
  of: { readonly plan: Placement; readonly pool: string; readonly workers: readonly WorkerRow[] },
): PoolDecision {
  const { roster, settings, clock } = parts
  return decidePool(
    {
      pool: of.pool,
      workers: of.workers.map((w) => {
        const slots = facts.standing.filter((a) => a.worker === w.uid).map((a) => milli(a.cu))
        const assigned = of.plan.assign.filter((a) => a.worker === w.uid).map((a) => a.milliCu)
        const all = [...slots, ...assigned]
        return {
          uid: w.uid,
          capacity: milli(w.totalCu),
          used: all.reduce((sum, m) => sum + m, 0),
          slots: all,
          accepting: w.state === 'READY',
          idleSinceMs: all.length > 0 ? null : roster.idleSince(w.uid),
          lastChangeMs: roster.lastChange(w.uid),
          keepUntilMs: roster.keepUntil(w.uid),
        }
      }),
      unplaced: of.plan.unplaced.filter((u) => u.pool === of.pool && u.reason === 'NO_WORKER').map((u) => u.room),
      minCu: milli(facts.pools.get(of.pool)?.minCu ?? 0),
      workerCapacity: milli(settings.workerCu),
    },
    clock.now(),
    { idleAfterMs: settings.idleAfterMs, consolidateAfterMs: settings.consolidateAfterMs },
  )
}

async function applyPool(
  parts: LoopParts,
  facts: Facts,
  of: {
    readonly org: string
    readonly pool: string
    readonly workers: readonly WorkerRow[]
    readonly unbound: readonly WorkerRow[]
    readonly decision: PoolDecision
  },
): Promise<void> {
  const { org, pool, decision, workers } = of
  const at = momentOf(parts)
  const before = workers.length
  await parts.store.withSystem(async (tx) => {
    for (const uid of decision.end) await setWorkerState(tx, uid, 'DRAINING')
    if (decision.empty) {
      await setWorkerState(tx, decision.empty, 'DRAINING')
      for (const slot of facts.standing.filter((a) => a.worker === decision.empty && !a.request.stop)) {
        await askToStop(tx, slot, {
          reason: 'MOVE',
          checkpoint: true,
          now: at.now,
          next: { cu: slot.cu, parallelism: slot.parallelism },
        })
      }
    }
    if (decision.reasons.includes('MIN_CU')) {
      const ready = of.unbound.find((w) => w.state === 'READY')
      if (ready) await bindWorker(tx, { worker: ready.uid, org, pool })
    }
    const after = decision.workers - (decision.empty ? 1 : 0)
    await recordScalingDecision(tx, {
      uid: at.newUid(),
      org,
      pool,
      statement: null,
      action: after > before ? 'ADD_WORKER' : after < before ? 'REMOVE_WORKER' : 'HOLD',
      applied: true,
      from: { workers: before },
      to: { workers: after },
      reasons: decision.reasons,
      facts: {},
      now: at.now,
    })
  })
}

async function startWorker(parts: LoopParts): Promise<void> {
  const uid = parts.newUid()
  const { now } = momentOf(parts)
  const { region, workerCu } = parts.settings
  await parts.store.withSystem((tx) =>
    upsertWorker(tx, {
      uid,
      region,
      readUrl: '',
      totalCu: workerCu,
      state: 'STARTING',
      process: {},
      now,
      leaseMs: LEASE_OF_STARTING_MS,
    }),
  )
  try {
    await parts.provisioner.start(uid)
    parts.log.info({ worker: uid }, 'worker starts')
  } catch (error) {
    parts.log.error({ worker: uid, err: error }, 'a worker could not be started')
    await parts.store.withSystem((tx) => endWorker(tx, { worker: uid, reason: 'WORKER_LOST', lost: true, now }))
  }
}
