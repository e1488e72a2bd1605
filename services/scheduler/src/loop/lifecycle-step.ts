import { type RunnableStatement, setStatementStatus } from '@millrace/store'
import { applyLifecycle } from './apply-lifecycle.ts'
import { type Facts, slotKey } from './facts.ts'
import { type LoopParts, momentOf } from './parts.ts'
import { isQuery, RESULTS_KEPT_MS } from './worker-roster.ts'

/** Brings each statement's phase and slot in line with what is wanted and seen. Returns whether anything changed. */
export async function lifecycleStep(parts: LoopParts, facts: Facts): Promise<boolean> {
  const slots = new Map(facts.standing.map((a) => [a.statement, a]))
  let changed = false
  for (const statement of facts.statements) {
    const standing = slots.get(statement.uid) ?? null
    const report = (standing && facts.reports.get(slotKey(standing))) ?? null
    if (standing && statement.generation > statement.observedGeneration) await noteObserved(parts, statement)
    if (isQuiet(statement, { standing: standing !== null, stopping: standing?.request.stop ?? false, state: report?.state }))
      continue
    const decision = await parts.store.withSystem((tx) => applyLifecycle(tx, { statement, standing, report }, momentOf(parts)))
    if (decision.phases.length > 0 || decision.release || decision.stop) changed = true
    if (decision.release === 'FINISHED' && standing && isQuery(statement)) {
      parts.roster.keep(standing.worker, parts.clock.now() + RESULTS_KEPT_MS)
    }
  }
  return changed
}

/** Nothing to do for by far the most statements: running as wanted. Saves a transaction each. */
function isQuiet(
  s: RunnableStatement,
  seen: { readonly standing: boolean; readonly stopping: boolean; readonly state: string | undefined },
): boolean {
  const wanted = s.desired === 'RUNNING' && s.heldBy.length === 0 && !s.deleting
  if (!wanted || seen.stopping) return false
  if (!seen.standing) return s.phase === 'PENDING' || s.phase === 'FAILING'
  return s.phase === 'RUNNING' ? seen.state === 'RUNNING' : seen.state === undefined || seen.state === 'STARTING'
}

/** Its newest spec is what is decided on from now: the slot it holds is judged by it. */
async function noteObserved(parts: LoopParts, statement: RunnableStatement): Promise<void> {
  const change = { statement: statement.uid, observedGeneration: statement.generation, now: momentOf(parts).now }
  await parts.store.withSystem((tx) => setStatementStatus(tx, change))
}
