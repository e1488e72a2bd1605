import { type RunnableStatement, setStatementStatus } from '@millrace/store'
import { applyLifecycle } from './apply-lifecycle.ts'
import { type Facts, isWanted } from './facts.ts'
import { type LoopParts, momentOf } from './parts.ts'

/**
 * Brings each statement's phase and slot in line with what is wanted. What a report tells is acted on when it arrives, in its own
 * transaction: here it could only be older. Returns whether anything changed.
 */
export async function lifecycleStep(parts: LoopParts, facts: Facts): Promise<boolean> {
  const slots = new Map(facts.standing.map((a) => [a.statement, a]))
  let changed = false
  for (const statement of facts.statements) {
    const standing = slots.get(statement.uid) ?? null
    if (standing && statement.generation > statement.observedGeneration) await noteObserved(parts, statement)
    const runsAsWanted = isWanted(statement) && standing?.version === statement.version && !standing.request.stop
    const waits = isWanted(statement) && !standing && (statement.phase === 'PENDING' || statement.phase === 'FAILING')
    if (runsAsWanted || waits || isMoving(statement, facts, parts.clock.now())) continue
    const input = { statement, standing, report: null }
    const decision = await parts.store.withSystem((tx) => applyLifecycle(tx, input, momentOf(parts)))
    if (decision.phases.length > 0 || decision.stop) changed = true
  }
  return changed
}

/** Reasons of a release that the service itself follows with the next slot. */
const MOVES: ReadonlySet<string> = new Set(['SCALE_UP', 'SCALE_DOWN', 'MOVE'])
/** A statement between two slots of a move stays what it was for this long; then it waits for a slot and says so. */
const MOVE_GRACE_MS = 10_000

function isMoving(statement: RunnableStatement, facts: Facts, now: number): boolean {
  const last = facts.history.get(statement.version)?.[0]
  if (!isWanted(statement) || !last?.releasedAt || !MOVES.has(last.releaseReason ?? '')) return false
  const active = statement.phase === 'RUNNING' || statement.phase === 'DEGRADED'
  return active && now - last.releasedAt.getTime() < MOVE_GRACE_MS
}

/** Its newest spec is what is decided on from now: the slot it holds is judged by it. */
async function noteObserved(parts: LoopParts, statement: RunnableStatement): Promise<void> {
  const change = { statement: statement.uid, observedGeneration: statement.generation, now: momentOf(parts).now }
  await parts.store.withSystem((tx) => setStatementStatus(tx, change))
}
