import { setTimeout as sleep } from 'node:timers/promises'
import type { StatementPhase } from '@millrace/protocol'
import {
  changeStatement,
  findStatement,
  listScalingDecisions,
  listStatementEvents,
  listWorkers,
  type Statement,
  type WorkerRow,
} from '@millrace/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datagenProgram } from './testing/datagen-program.ts'
import { type Installation, openInstallation } from './testing/scheduler-process.ts'

let it: Installation
beforeAll(async () => {
  it = await openInstallation()
  it.startScheduler()
}, 180_000)
afterAll(() => it?.close(), 60_000)

const look = (name: string) => it.tenant((s) => findStatement(s, { workspace: it.workspace, name }))

async function until<T>(what: string, probe: () => Promise<T | null | undefined | false>, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await sleep(50)
  }
}
const untilPhase = (name: string, phase: StatementPhase): Promise<Statement> =>
  until(`${name} ${phase}`, async () => {
    const s = await look(name)
    return s?.phase === phase ? s : null
  })
/** Running, and its worker has told so under an epoch of at least `epoch`. */
const untilReports = (name: string, epoch = 0): Promise<Statement> =>
  until(`${name} reports`, async () => {
    const s = await look(name)
    return s?.phase === 'RUNNING' &&
      s.report?.report.state === 'RUNNING' &&
      s.report.report.epoch >= epoch &&
      s.report.report.counters.records_in > 0
      ? s
      : null
  })
const workers = (): Promise<WorkerRow[]> => it.test.store.withSystem((tx) => listWorkers(tx, 'local'))
const workerOf = async (name: string): Promise<WorkerRow> => {
  const { assignment } = (await look(name))!
  return (await workers()).find((w) => w.uid === assignment!.worker)!
}
const eventsOf = async (name: string) => {
  const { uid } = (await look(name))!
  return (await it.tenant((s) => listStatementEvents(s, { statement: uid, limit: 100 }))).items
}
const change = async (name: string, desired: 'RUNNING' | 'STOPPED') => {
  const statement = (await look(name))!
  const phase: StatementPhase = desired === 'STOPPED' ? 'STOPPING' : 'PENDING'
  await it.tenant((s) =>
    changeStatement(s, { statement, spec: { ...statement.spec, desired }, labels: {}, annotations: {}, phase }),
  )
}

describe('the scheduler with real workers', () => {
  test('a submitted statement is placed at the smallest slot and runs', async () => {
    await it.submit('main', datagenProgram({ rowsPerSecond: 1000 }))
    const s = await untilReports('main')
    expect(s.assignment).toMatchObject({ epoch: 1, cu: 0.05, parallelism: 1 })
  }, 180_000)

  test('a killed worker: its statement runs again elsewhere from the last checkpoint, and the events tell why', async () => {
    await until('a checkpoint', async () => (await look('main'))?.checkpoint)
    const before = await workerOf('main')
    process.kill(before.process.pid!, 'SIGKILL')
    const s = await untilReports('main', 2)
    expect(s.assignment!.worker).not.toBe(before.uid)
    const events = await eventsOf('main')
    expect(events.find((e) => e.reason === 'WORKER_LOST')).toMatchObject({ kind: 'EXCEPTION' })
    expect(
      events
        .filter((e) => e.kind === 'PHASE')
        .map((e) => e.reason)
        .toReversed(),
    ).toEqual(['RUNNING', 'PENDING', 'RUNNING'])
  }, 180_000)

  test('a restart of the scheduler touches no worker: the same process goes on under the same epoch', async () => {
    const before = await workerOf('main')
    const epoch = (await look('main'))!.assignment!.epoch
    await it.endScheduler('SIGKILL')
    const seen = (await look('main'))!.report!.report.counters.records_in
    it.startScheduler()
    await until('reports again', async () => ((await look('main'))!.report!.report.counters.records_in > seen ? true : null))
    const after = await workerOf('main')
    expect(after.process.pid).toBe(before.process.pid)
    expect((await look('main'))!.assignment!.epoch).toBe(epoch)
    // The adopted process is watched too.
    process.kill(after.process.pid!, 'SIGKILL')
    await untilReports('main', epoch + 1)
  }, 180_000)

  test('a stop is a checkpoint and STOPPED; a resume goes on from it; the idle worker ends', async () => {
    await change('main', 'STOPPED')
    const stopped = await untilPhase('main', 'STOPPED')
    expect(stopped.assignment).toBeNull()
    expect(stopped.checkpoint!.number).toBeGreaterThan(0)
    await until('only the spare is left', async () => (await workers()).every((w) => w.boundPool === null))
    await change('main', 'RUNNING')
    const again = await untilReports('main')
    await change('main', 'STOPPED')
    const last = await untilPhase('main', 'STOPPED')
    expect(again.assignment!.epoch).toBeGreaterThan(0)
    expect(last.checkpoint!.number).toBeGreaterThan(stopped.checkpoint!.number)
  }, 180_000)

  test('bounded input ends as COMPLETED and gives its slot back', async () => {
    await it.submit('bounded', datagenProgram({ rowsPerSecond: 10_000, rows: 5000 }))
    const s = await untilPhase('bounded', 'COMPLETED')
    expect(s.assignment).toBeNull()
    expect(s.report!.report.counters.records_in).toBe(5000)
  }, 180_000)

  test('a program that cannot be read is FAILING with a sentence, and holds no slot', async () => {
    await it.submit('unreadable', 'no plan')
    const s = await untilPhase('unreadable', 'FAILING')
    expect(s.detail).toContain('cannot be read')
    await change('unreadable', 'STOPPED')
    await untilPhase('unreadable', 'STOPPED')
  }, 180_000)

  test("a bad program is its own statement's failure: FAILED or FAILING with the reason, its neighbour runs on", async () => {
    await it.submit('good', datagenProgram({ rowsPerSecond: 1000 }))
    await it.submit('bad', datagenProgram({ rowsPerSecond: 10, sink: 'no-such-connector' }))
    await untilReports('good')
    const bad = await until('bad fails', async () => {
      const s = await look('bad')
      return s?.phase === 'FAILED' || s?.phase === 'FAILING' ? s : null
    })
    expect(bad.detail).toContain('no-such-connector')
    expect((await look('good'))?.phase).toBe('RUNNING')
  }, 180_000)

  test('lag time over the objective scales up in one step, and the decision tells why and when it took effect', async () => {
    const statement = await it.submit('flood', datagenProgram({ rowsPerSecond: 1_500_000 }), { objective: { freshness: '2s' } })
    const applied = await until(
      'the rescale took effect',
      async () => (await eventsOf('flood')).find((e) => e.reason === 'APPLIED'),
      40_000,
    )
    const decisions = await it.tenant((s) => listScalingDecisions(s, { statement: statement.uid, limit: 100 }))
    const up = decisions.items.find((d) => d.action === 'SCALE_UP')!
    expect(up.from).toMatchObject({ cu: 0.05 })
    expect(up.to['cu']).toBeGreaterThan(0.05)
    expect(['LAG_OVER_OBJECTIVE', 'FRESHNESS_OVER_OBJECTIVE', 'UTILISATION_HIGH']).toContain(up.reasons[0])
    expect(applied.data).toMatchObject({ decision: up.uid, action: 'SCALE_UP', cu: up.to['cu'] })
    expect(applied.data['ms']).toBeLessThan(60_000)
    // Between its two slots the statement stays RUNNING.
    expect((await eventsOf('flood')).filter((e) => e.kind === 'PHASE').map((e) => e.reason)).toEqual(['RUNNING'])
    await change('flood', 'STOPPED')
    await untilPhase('flood', 'STOPPED')
  }, 180_000)

  test('an outage of scheduler and Postgres stops nothing: the same run goes on, commits, and is known again afterwards', async () => {
    const before = await until('a checkpoint', async () => {
      const s = await look('good')
      return s?.checkpoint && s.report && s.phase === 'RUNNING' ? s : null
    })
    const pid = (await workerOf('good')).process.pid
    await it.endScheduler('SIGKILL')
    await it.test.postgres.kill()
    await sleep(8000)
    await it.test.postgres.restart()
    it.startScheduler()
    const after = await until('reports again', async () => {
      const s = await look('good').catch(() => null)
      return s?.report && s.report.reportedAt > new Date(before.report!.reportedAt.getTime() + 8000) ? s : null
    })
    expect(after).toMatchObject({ phase: 'RUNNING', assignment: { epoch: before.assignment!.epoch } })
    expect((await workerOf('good')).process.pid).toBe(pid)
    // At a thousand rows a second, nearly all of the outage was worked through and committed.
    expect(after.report!.report.counters.records_in - before.report!.report.counters.records_in).toBeGreaterThan(7000)
    expect(after.checkpoint!.number).toBeGreaterThan(before.checkpoint!.number + 3)
  }, 180_000)

  test('the end with SIGINT drains: every worker is gone, every run has a checkpoint, and the next start resumes', async () => {
    const before = await until('a checkpoint', async () => (await look('good'))?.checkpoint)
    await it.endScheduler('SIGINT')
    expect(await workers()).toEqual([])
    const drained = (await look('good'))!
    expect(drained.assignment).toBeNull()
    expect(drained.checkpoint!.number).toBeGreaterThan(before.number)
    it.startScheduler()
    const s = await untilReports('good')
    expect(s.assignment!.epoch).toBeGreaterThan(1)
  }, 180_000)
})
