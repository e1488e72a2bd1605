import type { Assignment, RunState } from '@millrace/protocol'

/** A statement version as this worker holds it. */
export interface Running {
  readonly version: string
  readonly epoch: number
  readonly state: RunState
  /** It has been asked to stop; `checkpoint`: with a last checkpoint. */
  readonly stopping: { readonly checkpoint: boolean } | null
}

export type Action =
  | { readonly kind: 'start'; readonly assignment: Assignment }
  /** End with a last checkpoint, or without one when `checkpoint` is false. */
  | { readonly kind: 'stop'; readonly version: string; readonly checkpoint: boolean }
  /** It is not this worker's any more: end at once, commit nothing, report nothing. */
  | { readonly kind: 'drop'; readonly version: string }
  /** Asked to stop what never ran here: say STOPPED, so that the slot can be taken back. */
  | { readonly kind: 'refuse'; readonly assignment: Assignment }

const ENDED: readonly RunState[] = ['STOPPED', 'FINISHED', 'FAILED', 'FENCED']
export const hasEnded = (state: RunState): boolean => ENDED.includes(state)

/**
 * What brings `running` to the desired set. Pure and level-triggered: applying it again changes nothing, and a lost answer is made
 * good by the next. An ended run stays, reporting its end, until it is no longer desired; a run of a past epoch is dropped first
 * and its successor starts when it is gone.
 */
export function reconcile(desired: readonly Assignment[], running: readonly Running[]): Action[] {
  const here = new Map(running.map((r) => [r.version, r]))
  const wanted = new Map(desired.map((a) => [a.statement_version, a]))
  const actions: Action[] = []
  for (const r of running) {
    const a = wanted.get(r.version)
    if (!a || a.epoch > r.epoch) actions.push({ kind: 'drop', version: r.version })
  }
  for (const a of desired) {
    const r = here.get(a.statement_version)
    if (!r) actions.push(a.desired === 'RUN' ? { kind: 'start', assignment: a } : { kind: 'refuse', assignment: a })
    else if (r.epoch === a.epoch && a.desired === 'STOP' && !hasEnded(r.state)) {
      const alreadyAsked = r.stopping !== null && (a.savepoint || !r.stopping.checkpoint)
      if (!alreadyAsked) actions.push({ kind: 'stop', version: r.version, checkpoint: a.savepoint })
    }
  }
  return actions
}
