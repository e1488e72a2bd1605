import { isLegalTransition, PHASES, RUN_STATES } from '@millrace/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideLifecycle, type LifecycleFacts, STOP_TIMEOUT_MS } from './decide-lifecycle.ts'

const NOW = 1_000_000
const running: LifecycleFacts = {
  phase: 'RUNNING',
  wanted: true,
  deleting: false,
  held: false,
  standing: { currentVersion: true, stop: null },
  report: { state: 'RUNNING', error: null },
}
const failed = (code: 'TOPIC_UNKNOWN' | 'BROKER_UNREACHABLE') => ({
  state: 'FAILED' as const,
  error: { code, message: 'm', at_ms: 0 },
})

describe('decideLifecycle', () => {
  test('passes only through legal transitions, whatever the facts', () => {
    const facts: fc.Arbitrary<LifecycleFacts> = fc.record({
      phase: fc.constantFrom(...PHASES.filter((p) => p !== 'PARKED')),
      wanted: fc.boolean(),
      deleting: fc.boolean(),
      held: fc.boolean(),
      standing: fc.option(
        fc.record({
          currentVersion: fc.boolean(),
          stop: fc.option(
            fc.record({
              sinceMs: fc.constantFrom(0, NOW),
              checkpoint: fc.boolean(),
              reason: fc.constantFrom('STOP' as const, 'SCALE_UP' as const),
            }),
          ),
        }),
      ),
      report: fc.option(
        fc.record({
          state: fc.constantFrom(...RUN_STATES),
          error: fc.option(fc.constant({ code: 'INTERNAL' as const, message: 'x', at_ms: 0 })),
        }),
      ),
    })
    fc.assert(
      fc.property(facts, (f) => {
        // A statement at rest is not wanted to run, and holds no slot that is still reporting.
        fc.pre(!['COMPLETED', 'FAILED', 'STOPPED', 'DELETING'].includes(f.phase) || (!f.wanted && f.standing === null))
        let at = f.phase
        for (const next of decideLifecycle(f, NOW).phases) {
          expect(isLegalTransition(at, next), `${at} -> ${next}`).toBe(true)
          at = next
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a stop asks for a checkpoint first, then gives the slot back', () => {
    const asked = decideLifecycle({ ...running, wanted: false }, NOW)
    expect(asked).toEqual({ phases: ['STOPPING'], stop: { reason: 'STOP', checkpoint: true } })
    const stopping: LifecycleFacts = {
      ...running,
      wanted: false,
      phase: 'STOPPING',
      standing: { currentVersion: true, stop: { sinceMs: NOW, checkpoint: true, reason: 'STOP' } },
    }
    expect(decideLifecycle(stopping, NOW)).toEqual({ phases: [] })
    expect(decideLifecycle({ ...stopping, report: { state: 'STOPPED', error: null } }, NOW)).toMatchObject({
      phases: ['STOPPED'],
      release: 'STOP',
    })
  })

  test('a stop that hangs goes on without its checkpoint', () => {
    const facts: LifecycleFacts = {
      ...running,
      wanted: false,
      phase: 'STOPPING',
      standing: { currentVersion: true, stop: { sinceMs: NOW - STOP_TIMEOUT_MS - 1, checkpoint: true, reason: 'STOP' } },
    }
    expect(decideLifecycle(facts, NOW).stop).toEqual({ reason: 'STOP', checkpoint: false })
  })

  test('a rescale leaves the statement RUNNING between its two slots', () => {
    const facts: LifecycleFacts = {
      ...running,
      standing: { currentVersion: true, stop: { sinceMs: NOW, checkpoint: true, reason: 'SCALE_UP' } },
      report: { state: 'STOPPED', error: null },
    }
    expect(decideLifecycle(facts, NOW)).toEqual({ phases: [], release: 'SCALE_UP' })
  })

  test("a user's mistake ends it, an outside trouble restarts it", () => {
    expect(decideLifecycle({ ...running, report: failed('TOPIC_UNKNOWN') }, NOW)).toMatchObject({
      phases: ['FAILED'],
      release: 'FAILED:TOPIC_UNKNOWN',
      detail: { code: 'TOPIC_UNKNOWN' },
    })
    expect(decideLifecycle({ ...running, report: failed('BROKER_UNREACHABLE') }, NOW)).toMatchObject({ phases: ['FAILING'] })
  })

  test('a lost worker sends the statement back to PENDING', () => {
    expect(decideLifecycle({ ...running, standing: null, report: null }, NOW)).toEqual({ phases: ['PENDING'] })
  })

  test('a resume during a stop runs again after the stop', () => {
    const facts: LifecycleFacts = {
      ...running,
      phase: 'STOPPING',
      standing: { currentVersion: true, stop: { sinceMs: NOW, checkpoint: true, reason: 'STOP' } },
      report: { state: 'STOPPED', error: null },
    }
    expect(decideLifecycle(facts, NOW).phases).toEqual(['STOPPED', 'PENDING'])
  })

  test('a new version waits until the old one has let go', () => {
    expect(decideLifecycle({ ...running, standing: { currentVersion: false, stop: null } }, NOW).stop).toEqual({
      reason: 'NEW_VERSION',
      checkpoint: true,
    })
  })

  test('an outage outside shows as DEGRADED with its reason, and goes by itself', () => {
    const down = decideLifecycle(
      { ...running, report: { state: 'DEGRADED', error: { code: 'BROKER_UNREACHABLE', message: 'no broker', at_ms: 0 } } },
      NOW,
    )
    expect(down).toEqual({ phases: ['DEGRADED'], detail: { code: 'BROKER_UNREACHABLE', message: 'no broker' } })
    expect(decideLifecycle({ ...running, phase: 'DEGRADED' }, NOW)).toEqual({ phases: ['RUNNING'], detail: null })
  })
})
