import { parseDuration } from '@millrace/kit'
import { type ScalingState, SLOT_CU_MIN } from '@millrace/protocol'
import {
  type AssignmentRow,
  type RunnableStatement,
  recordScalingDecision,
  type SystemTx,
  setStatementStatus,
} from '@millrace/store'
import { decideScale, SCALE_DEFAULTS, type ScaleDecision, type ScaleHistory, type ScalePolicy } from '../decide/decide-scale.ts'
import { slotToShrink } from '../decide/preempt-for-growth.ts'
import { askToStop, event, type Moment } from './apply-lifecycle.ts'
import { type Facts, isWanted, milli } from './facts.ts'
import { type LoopParts, momentOf } from './parts.ts'

/** A decision to stay that equals the last one is written again at most this often. */
const REPEAT_MS = 10_000

interface Kept {
  readonly text: string
  readonly atMs: number
}

/** Decides for each running statement whether its slot is right, keeps the decision with its reasons, and begins the rescale. */
export class ScaleStep {
  readonly #parts: LoopParts
  readonly #kept = new Map<string, Kept>()

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  /** Returns the slots that were asked to stop. */
  async run(facts: Facts): Promise<ReadonlySet<string>> {
    const statements = new Map(facts.statements.map((s) => [s.version, s]))
    const free = poolRoom(facts)
    const stopped = new Set<string>()
    const order = facts.standing
      .flatMap((slot) => {
        const statement = statements.get(slot.version)
        return statement && isWanted(statement) && !slot.request.stop && statement.phase === 'RUNNING'
          ? [{ slot, statement }]
          : []
      })
      .sort((a, b) => b.statement.priority - a.statement.priority)
    for (const { slot, statement } of order) {
      const decision = this.#decide(slot, statement, free.get(slot.pool) ?? 0)
      if (!decision) continue
      if (decision.action === 'SCALE_UP') {
        free.set(slot.pool, (free.get(slot.pool) ?? 0) - (decision.to.milliCu - decision.from.milliCu))
      }
      if (decision.action !== 'HOLD') stopped.add(slot.version)
      await this.#write(slot, statement, decision)
      if (decision.reasons.includes('POOL_EXHAUSTED')) await this.#makeRoom(facts, { statement, stopped })
    }
    for (const version of this.#kept.keys()) if (!statements.has(version)) this.#kept.delete(version)
    return stopped
  }

  #decide(slot: AssignmentRow, statement: RunnableStatement, poolFreeMilliCu: number): ScaleDecision | null {
    const window = this.#parts.samples.of(slot.version, slot.epoch)
    if (!window) return null
    const { scaling } = slot.request
    const history: ScaleHistory = {
      last: scaling
        ? {
            atMs: Date.parse(scaling.at),
            from: { milliCu: milli(scaling.cu), parallelism: scaling.parallelism },
            rateBefore: scaling.rate,
          }
        : null,
    }
    const size = { milliCu: milli(slot.cu), parallelism: slot.parallelism }
    const policy = policyFor(statement, this.#parts.settings, poolFreeMilliCu)
    return decideScale({ size, ...window }, history, { policy, now: this.#parts.clock.now() })
  }

  /** In an exhausted pool the higher priority wins: a lower one goes back to the smallest slot. */
  async #makeRoom(facts: Facts, grower: { readonly statement: RunnableStatement; readonly stopped: Set<string> }): Promise<void> {
    const { statement, stopped } = grower
    const priorities = new Map(facts.statements.map((s) => [s.uid, s.priority]))
    const slots = facts.standing.map((a) => ({
      version: a.version,
      pool: a.pool,
      priority: priorities.get(a.statement) ?? 0,
      milliCu: milli(a.cu),
      stopping: (a.request.stop ?? false) || stopped.has(a.version),
    }))
    const victim = slotToShrink(slots, statement)
    const slot = victim && facts.standing.find((a) => a.version === victim.version)
    if (!slot) return
    stopped.add(slot.version)
    const { now } = momentOf(this.#parts)
    const next = { cu: SLOT_CU_MIN, parallelism: 1 }
    await this.#parts.store.withSystem((tx) => askToStop(tx, slot, { reason: 'PREEMPTED', checkpoint: true, now, next }))
    this.#parts.log.info({ statement: slot.statement, for: statement.uid }, 'shrinks for a higher priority')
  }

  async #write(slot: AssignmentRow, statement: RunnableStatement, decision: ScaleDecision): Promise<void> {
    const at = momentOf(this.#parts)
    const text = JSON.stringify([decision.action, decision.to, decision.reasons])
    const last = this.#kept.get(slot.version)
    if (decision.action === 'HOLD' && last?.text === text && at.now.getTime() - last.atMs < REPEAT_MS) return
    this.#kept.set(slot.version, { text, atMs: at.now.getTime() })
    await this.#parts.store.withSystem((tx) => keep(tx, { slot, statement, decision }, at))
    if (decision.action !== 'HOLD') {
      this.#parts.log.info(
        { statement: statement.name, ...sizesOf(decision), reasons: decision.reasons, facts: decision.facts },
        decision.action,
      )
    }
  }
}

/** Room that each pool still has; a slot on its way to a larger size counts with that. */
function poolRoom(facts: Facts): Map<string, number> {
  const free = new Map([...facts.pools].map(([uid, p]) => [uid, milli(p.maxCu)]))
  for (const a of facts.standing) {
    const size = Math.max(milli(a.cu), a.request.stop ? milli(a.request.next?.cu ?? 0) : 0)
    free.set(a.pool, (free.get(a.pool) ?? 0) - size)
  }
  return free
}

function policyFor(statement: RunnableStatement, settings: LoopParts['settings'], poolFreeMilliCu: number): ScalePolicy {
  const freshness = statement.spec.objective ? parseDuration(statement.spec.objective.freshness) : undefined
  const objectiveMs = freshness ?? SCALE_DEFAULTS.objectiveMs
  return {
    ...SCALE_DEFAULTS,
    objectiveMs,
    catchUpMs: Math.min(SCALE_DEFAULTS.catchUpMs, Math.max(5000, objectiveMs * 5)),
    downAfterMs: settings.scaleDownAfterMs,
    parallelism: statement.spec.parallelism,
    workerMilliCu: milli(settings.workerCu),
    poolFreeMilliCu,
  }
}

const inCu = (size: ScaleDecision['from']) => ({ cu: size.milliCu / 1000, parallelism: size.parallelism })
const sizesOf = (d: ScaleDecision) => ({ from: inCu(d.from), to: inCu(d.to) })

function stateAfter(decision: ScaleDecision): ScalingState {
  if (decision.action === 'SCALE_UP') return 'PENDING_SCALE_UP'
  if (decision.action === 'SCALE_DOWN') return 'PENDING_SCALE_DOWN'
  return decision.reasons.includes('POOL_EXHAUSTED') ? 'POOL_EXHAUSTED' : 'OK'
}

async function keep(
  tx: SystemTx,
  of: { readonly slot: AssignmentRow; readonly statement: RunnableStatement; readonly decision: ScaleDecision },
  at: Moment,
): Promise<void> {
  const { slot, statement, decision } = of
  const applied = decision.action !== 'HOLD'
  const { from, to } = sizesOf(decision)
  const { reasons, facts, action } = decision
  const uid = await recordScalingDecision(tx, {
    uid: at.newUid(),
    org: slot.org,
    pool: slot.pool,
    statement: statement.uid,
    action,
    applied,
    from,
    to,
    reasons,
    facts,
    now: at.now,
  })
  const scalingState = stateAfter(decision)
  if (scalingState !== statement.scalingState)
    await setStatementStatus(tx, { statement: statement.uid, scalingState, now: at.now })
  if (action === 'HOLD') return
  const rate = facts['input_rate'] ?? null
  await askToStop(tx, slot, {
    reason: action,
    checkpoint: true,
    now: at.now,
    next: to,
    scaling: { decision: uid, action, at: at.now.toISOString(), ...from, rate },
  })
  const message = `${from.cu} CU -> ${to.cu} CU: ${reasons.join(', ')}.`
  await event(
    { tx, statement, at },
    { kind: 'SCALING', reason: action, message, data: { decision: uid, from, to, reasons, facts, epoch: slot.epoch } },
  )
}
