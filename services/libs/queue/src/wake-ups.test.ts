import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { silentLogger } from '@millrace/kit'
import { freePort, startPostgres } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateQueue, openWakeUps, type WakeUps } from './wake-ups.ts'

interface Backend {
  readonly url: string
  stop(): Promise<void>
}

const redisMissing = spawnSync('redis-server', ['--version']).status !== 0

async function startRedis(): Promise<Backend> {
  const port = await freePort()
  const child = spawn('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1'])
  for await (const line of child.stdout) if (String(line).includes('Ready to accept connections')) break
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function startPostgresQueue(): Promise<Backend> {
  const postgres = await startPostgres()
  await migrateQueue(postgres.url)
  await migrateQueue(postgres.url)
  return { url: postgres.url, stop: () => postgres.stop() }
}

const backends = [
  { name: 'PostgreSQL', start: startPostgresQueue, missing: false },
  { name: redisMissing ? 'Redis (skipped: needs redis-server)' : 'Redis', start: startRedis, missing: redisMissing },
]

for (const { name, start, missing } of backends) describe.skipIf(missing)(`wake-ups on ${name}`, () => wakeUpSuite(start))

function wakeUpSuite(start: () => Promise<Backend>): void {
  let backend: Backend
  const open: WakeUps[] = []
  const wakeUps = (dropWakeUps = false): WakeUps => {
    const made = openWakeUps({ url: backend.url, log: silentLogger, poolSize: 4, concurrency: 8, dropWakeUps })
    open.push(made)
    return made
  }

  beforeAll(async () => {
    backend = await start()
  }, 60_000)
  afterAll(async () => {
    for (const w of open) await w.close()
    await backend?.stop()
  }, 30_000)

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
    const w = wakeUps()
    await w.consume('workspace', async () => {
      calls += 1
      if (calls === 1) throw new Error('first')
    })
    await w.enqueue('workspace', 'w')
    await expect.poll(() => calls).toBe(1)
    await expect
      .poll(async () => {
        await w.enqueue('workspace', 'w')
        return calls
      })
      .toBeGreaterThan(1)
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
}
