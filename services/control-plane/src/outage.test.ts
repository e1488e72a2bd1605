import { silentLogger, systemClock } from '@millrace/kit'
import { migrateQueue, openWakeUps } from '@millrace/queue'
import { openStore } from '@millrace/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningService, startService } from './start-service.ts'
import { openTestService, type TestService } from './testing/open-test-service.ts'

let t: TestService
let service: RunningService

beforeAll(async () => {
  t = await openTestService(71)
  const { urls } = t.database
  await migrateQueue(urls.bullmq)
  const { nudgeRelay: _none, ...context } = t.ctx
  const store = openStore({
    apiUrl: urls.api,
    systemUrl: urls.system,
    poolSize: 4,
    acquireTimeoutMs: 2000,
    transactionTimeoutMs: 10_000,
  })
  service = await startService({
    context: { ...context, store, clock: systemClock },
    wakeUps: openWakeUps({ url: urls.bullmq, log: silentLogger, poolSize: 3, concurrency: 4, dropWakeUps: false }),
    kafka: null,
    listen: { host: '127.0.0.1', port: 0 },
    parts: 'all',
  })
})
afterAll(async () => {
  await service?.stop()
  await t?.stop()
})

const signUp = (organization: string) =>
  fetch(`${service.address}/v1/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ organization, email: 'a@b.example', workspace: 'main' }),
  })
const workspace = async (key: string) => {
  const answer = await fetch(`${service.address}/v1/workspaces/main`, { headers: { authorization: `Bearer ${key}` } })
  return { status: answer.status, body: (await answer.json()) as { code?: string; status?: { phase: string } } }
}
const keyOf = async (answer: Response) => ((await answer.json()) as { api_key: { key: string } }).api_key.key
const provisioned = (key: string) =>
  expect.poll(async () => (await workspace(key)).body.status?.phase, { timeout: 20_000 }).toBe('READY')

test('while Postgres is away every request is 503; when it is back the service goes on by itself, wake-ups included', async () => {
  const key = await keyOf(await signUp('before'))
  await provisioned(key)
  await t.database.postgres.kill()
  const away = await workspace(key)
  expect(away).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } })
  expect((await signUp('during')).status).toBe(503)
  await t.database.postgres.restart()
  await expect.poll(async () => (await workspace(key)).status, { timeout: 20_000 }).toBe(200)
  await provisioned(await keyOf(await signUp('after')))
})
