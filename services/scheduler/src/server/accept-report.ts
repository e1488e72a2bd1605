import type { Clock, NewUid } from '@millrace/kit'
import type { Assignment, DesiredSet, StatementReport, WorkerReport } from '@millrace/protocol'
import {
  type AssignmentRow,
  findRunnableStatement,
  findWorker,
  listAssignmentsForWorker,
  requestOnAssignment,
  type Store,
  type SystemTx,
  saveReport,
  upsertWorker,
} from '@millrace/store'
import type { AssignmentDescriber } from '../assignments/describe-assignment.ts'
import { applyLifecycle, event, type Moment } from '../loop/apply-lifecycle.ts'
import type { SampleWindow } from '../loop/sample-window.ts'
import { isQuery, RESULTS_KEPT_MS, type WorkerRoster } from '../loop/worker-roster.ts'

export interface AcceptReportParts {
  readonly store: Store
  readonly describer: AssignmentDescriber
  readonly samples: SampleWindow
  readonly roster: WorkerRoster
  readonly clock: Clock
  readonly newUid: NewUid
  readonly region: string
  readonly workerCu: number
  readonly leaseMs: number
  readonly reportIntervalMs: number
  /** The loop has something to look at before its next sweep. */
  readonly poke: () => void
}

/**
 * Takes a worker's report and answers with its whole desired set. A worker that this installation never started (one left over from
 * an earlier run on the same port and key) or has seen end is told to end. Rejects when the store is away: the worker then goes on
 * as it is.
 */
export async function acceptReport(parts: AcceptReportParts, report: WorkerReport): Promise<DesiredSet> {
  const now = new Date(parts.clock.now())
  const uid = report.worker.uid
  const result = await parts.store.withSystem((tx) => take(tx, parts, { report, at: { now, newUid: parts.newUid } }))
  if (result.known) {
    parts.roster.heard(uid, { pid: report.worker.pid, atMs: parts.clock.monotonic() })
    for (const s of report.statements) parts.samples.add(s, now.getTime())
  }
  if (result.changed) parts.poke()
  return result.answer
}

const IDLE_INTERVAL_MS = 300

interface Taken {
  readonly known: boolean
  /** A run began or ended, or the worker is new: placement has something to do. */
  readonly changed: boolean
  readonly answer: DesiredSet
}

async function take(
  tx: SystemTx,
  parts: AcceptReportParts,
  input: { readonly report: WorkerReport; readonly at: Moment },
): Promise<Taken> {
  const { report, at } = input
  const { worker } = report
  const row = await findWorker(tx, worker.uid)
  if (row === null) return refused(parts)
  const state = worker.draining ? 'DRAINING' : row.state === 'STARTING' ? 'READY' : row.state
  const known = await upsertWorker(tx, {
    uid: worker.uid,
    region: parts.region,
    readUrl: worker.read_url,
    totalCu: parts.workerCu,
    state,
    process: { incarnation: worker.incarnation, pid: worker.pid, rss_bytes: worker.rss_bytes, cpu_us: worker.cpu_us },
    now: at.now,
    leaseMs: parts.leaseMs,
  })
  if (!known) return refused(parts)
  let changed = row.state !== state
  const standing = new Map((await listAssignmentsForWorker(tx, worker.uid)).map((a) => [`${a.version}/${a.epoch}`, a]))
  for (const s of report.statements) {
    const slot = standing.get(`${s.statement_version}/${s.epoch}`)
    if (slot && (await takeStatement(tx, parts, { slot, report: s, incarnation: worker.incarnation, at }))) changed = true
  }
  const rows = await listAssignmentsForWorker(tx, worker.uid)
  const statements: Assignment[] = []
  for (const row of rows) {
    const described = await parts.describer.describe(tx, row)
    if (typeof described === 'object') statements.push(described)
    else {
      await giveUp(tx, row, { message: described, at })
      changed = true
    }
  }
  // A worker without a slot waits for one: it asks more often, so that a statement starts sooner.
  const interval = rows.length === 0 ? Math.min(IDLE_INTERVAL_MS, parts.reportIntervalMs) : parts.reportIntervalMs
  return {
    known,
    changed,
    answer: { statements, report_interval_ms: interval, shutdown: state === 'DRAINING' && rows.length === 0 },
  }
}

const refused = ({ reportIntervalMs }: AcceptReportParts): Taken => ({
  known: false,
  changed: false,
  answer: { statements: [], report_interval_ms: reportIntervalMs, shutdown: true },
})

/** Keeps one statement's report and what follows from it at once. Returns whether its life moved on. */
async function takeStatement(
  tx: SystemTx,
  parts: AcceptReportParts,
  input: { readonly slot: AssignmentRow; readonly report: StatementReport; readonly incarnation: string; readonly at: Moment },
): Promise<boolean> {
  const { slot, report, at } = input
  await saveReport(tx, { worker: slot.worker, incarnation: input.incarnation, report, now: at.now })
  const statement = await findRunnableStatement(tx, slot.statement)
  if (!statement) return false
  const decision = await applyLifecycle(tx, { statement, standing: slot, report }, at)
  if (decision.release === 'FINISHED' && isQuery(statement)) parts.roster.keep(slot.worker, at.now.getTime() + RESULTS_KEPT_MS)
  if (report.state === 'RUNNING') await noteApplied(tx, { slot, statement }, at)
  return decision.phases.length > 0 || decision.release !== undefined
}

/** A slot whose program cannot be made is given back, with the reason, instead of being held for nothing. */
async function giveUp(tx: SystemTx, slot: AssignmentRow, why: { readonly message: string; readonly at: Moment }): Promise<void> {
  const statement = await findRunnableStatement(tx, slot.statement)
  if (!statement) return
  const error = { code: 'INTERNAL' as const, message: why.message, at_ms: why.at.now.getTime() }
  await applyLifecycle(tx, { statement, standing: slot, report: { state: 'FAILED', error } }, why.at)
}

/** A rescale is done when the run that follows it is RUNNING: told once, with how long it took. */
async function noteApplied(
  tx: SystemTx,
  of: { readonly slot: AssignmentRow; readonly statement: { readonly org: string; readonly uid: string } },
  at: Moment,
): Promise<void> {
  const { scaling } = of.slot.request
  if (!scaling || of.slot.request.stop || of.slot.request.reason === 'APPLIED') return
  await requestOnAssignment(tx, { version: of.slot.version, epoch: of.slot.epoch, request: { reason: 'APPLIED', scaling } })
  const ms = at.now.getTime() - Date.parse(scaling.at)
  const data = {
    decision: scaling.decision,
    action: scaling.action,
    decided_at: scaling.at,
    ms,
    epoch: of.slot.epoch,
    cu: of.slot.cu,
    parallelism: of.slot.parallelism,
  }
  await event(
    { tx, statement: of.statement, at },
    { kind: 'SCALING', reason: 'APPLIED', message: `${scaling.action} took effect after ${ms} ms.`, data },
  )
}
