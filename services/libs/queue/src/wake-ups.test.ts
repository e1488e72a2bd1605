import { silentLogger } from '@millrace/kit'
import { startPostgres, type TestPostgres } from '@millrace/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateQueue, openWakeUps, type WakeUps } from './wake-ups.ts'

let postgres: TestPostgres
const open: WakeUps[] = []
const wakeUps = (dropWakeUps = false): WakeUps => {
  const made = openWakeUps({ url: postgres.url, log: silentLogger, poolSize: 4, concurrency: 8, dropWakeUps })
  open.push(made)
  return made
}

beforeAll(async () => {
  postgres = await startPostgres()
  await migrateQueue(postgres.url)
  await migrateQueue(postgres.url)
}, 60_000)
afterAll(async () => {
  for (const w of open) await w.close()
  await postgres?.stop()
})

test('a wake-up reaches a consumer in another process of the service', async () => {
  const seen = Promise.withResolvers<string>()
  await wakeUps().consume('statement', async (uid) => seen.resolve(uid))
  await wakeUps().enqueue('statement', 'a')
  expect(await seen.promise).toBe('a')
})

test('many wake-ups of one uid while it is handled are one more run, and another uid is not held up', async () => {
  const runs: string[] = []
  const started = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const other = Promise.withResolvers<void>()
  const w = wakeUps()
  await w.consume('pool', async (uid) => {
    runs.push(uid)
    if (uid === 'q') return other.resolve()
    if (runs.filter((r) => r === 'p').length > 1) return second.resolve()
    started.resolve()
    await release.promise
  })
  await w.enqueue('pool', 'p')
  await started.promise
  for (let i = 0; i < 5; i++) await w.enqueue('pool', 'p')
  await w.enqueue('pool', 'q')
  await other.promise
  release.resolve()
  await second.promise
  await w.enqueue('pool', 'q')
  await expect.poll(() => runs.filter((r) => r === 'q').length).toBe(2)
  expect(runs.filter((r) => r === 'p')).toEqual(['p', 'p'])
})

test('a failing handler does not keep the uid from being woken again', async () => {
  let calls = 0
  const again = Promise.withResolvers<void>()
  const w = wakeUps()
  await w.consume('workspace', async () => {
    calls += 1
    if (calls === 1) throw new Error('first')
    again.resolve()
  })
  await w.enqueue('workspace', 'w')
  await expect.poll(() => calls).toBe(1)
  await expect
    .poll(async () => {
      await w.enqueue('workspace', 'w')
      return calls
    })
    .toBeGreaterThan(1)
  await again.promise
})

test('with the fault flag nothing is enqueued', async () => {
  let calls = 0
  await wakeUps().consume('connection', async () => {
    calls += 1
  })
  await wakeUps(true).enqueue('connection', 'dropped')
  const kept = wakeUps()
  await kept.enqueue('connection', 'kept')
  await expect.poll(() => calls).toBe(1)
})
