import { type Assignment, RUN_STATES } from '@millrace/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Action, hasEnded, type Running, reconcile } from './reconcile.ts'

const assignment = (version: string, epoch: number, over: Partial<Assignment> = {}): Assignment => ({
  statement_version: version,
  statement: `s-${version}`,
  organization: 'o',
  workspace: 'w',
  name: version,
  epoch,
  granted_at_ms: 0,
  desired: 'RUN',
  savepoint: false,
  parallelism: 1,
  cu: 0.05,
  program: {},
  secrets: {},
  checkpoint: null,
  properties: {},
  checkpoint_prefix: 'p',
  files_prefix: 'f',
  read_token: 't',
  state_limit_bytes: 1,
  ...over,
})
const run = (version: string, epoch: number, over: Partial<Running> = {}): Running => ({
  version,
  epoch,
  state: 'RUNNING',
  stopping: null,
  ...over,
})

/** What the worker holds after it has carried the actions out. */
function apply(running: readonly Running[], actions: readonly Action[]): Running[] {
  const held = new Map(running.map((r) => [r.version, r]))
  for (const action of actions) {
    if (action.kind === 'start')
      held.set(
        action.assignment.statement_version,
        run(action.assignment.statement_version, action.assignment.epoch, { state: 'STARTING' }),
      )
    else if (action.kind === 'refuse')
      held.set(
        action.assignment.statement_version,
        run(action.assignment.statement_version, action.assignment.epoch, { state: 'STOPPED' }),
      )
    else if (action.kind === 'drop') held.delete(action.version)
    else held.set(action.version, { ...held.get(action.version)!, stopping: { checkpoint: action.checkpoint } })
  }
  return [...held.values()]
}

describe('reconcile', () => {
  test('starts what is desired and drops what is not', () => {
    expect(reconcile([assignment('a', 1)], [run('b', 3)])).toEqual([
      { kind: 'drop', version: 'b' },
      { kind: 'start', assignment: assignment('a', 1) },
    ])
  })
  test('a stop is asked once, and once more when its checkpoint is given up', () => {
    const stop = assignment('a', 1, { desired: 'STOP', savepoint: true })
    expect(reconcile([stop], [run('a', 1)])).toEqual([{ kind: 'stop', version: 'a', checkpoint: true }])
    const asked = run('a', 1, { stopping: { checkpoint: true } })
    expect(reconcile([stop], [asked])).toEqual([])
    expect(reconcile([{ ...stop, savepoint: false }], [asked])).toEqual([{ kind: 'stop', version: 'a', checkpoint: false }])
  })
  test('an older epoch is dropped before its successor starts; an answer older than the run changes nothing', () => {
    expect(reconcile([assignment('a', 2)], [run('a', 1)])).toEqual([{ kind: 'drop', version: 'a' }])
    expect(reconcile([assignment('a', 1)], [run('a', 2)])).toEqual([])
  })
  test('a fenced or failed run is not restarted under the same epoch', () => {
    expect(reconcile([assignment('a', 1)], [run('a', 1, { state: 'FENCED' })])).toEqual([])
    expect(reconcile([assignment('a', 1)], [run('a', 1, { state: 'FAILED' })])).toEqual([])
  })
  test('what never ran here is reported as stopped', () => {
    expect(reconcile([assignment('a', 1, { desired: 'STOP' })], [])).toMatchObject([{ kind: 'refuse' }])
  })

  test('settles: after at most two rounds a further round has nothing to do, and no two runs of a version exist', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    const desired = fc.uniqueArray(
      fc.record({ v: name, epoch: fc.integer({ min: 1, max: 3 }), stop: fc.boolean(), savepoint: fc.boolean() }),
      { selector: (x) => x.v },
    )
    const held = fc.uniqueArray(
      fc.record({
        version: name,
        epoch: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom(...RUN_STATES),
        stopping: fc.option(fc.record({ checkpoint: fc.boolean() })),
      }),
      { selector: (x) => x.version },
    )
    fc.assert(
      fc.property(desired, held, (d, h) => {
        const set = d.map((x) => assignment(x.v, x.epoch, { desired: x.stop ? 'STOP' : 'RUN', savepoint: x.savepoint }))
        let running: Running[] = h
        for (let round = 0; round < 2; round++) running = apply(running, reconcile(set, running))
        expect(reconcile(set, running)).toEqual([])
        for (const a of set) {
          const r = running.find((x) => x.version === a.statement_version)!
          expect(r.epoch).toBeGreaterThanOrEqual(a.epoch)
          if (a.desired === 'STOP' && r.epoch === a.epoch) expect(hasEnded(r.state) || r.stopping !== null).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
