import { silentLogger, systemClock } from '@millrace/kit'
import { migrateQueue, openWakeUps, type WakeUps } from '@millrace/queue'
import { openSecrets, type Scope } from '@millrace/store'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { provisionWorkspace } from './provisioning/kafka-ready.ts'
import { relayOnce } from './relay/relay.ts'
import { openTestService, type TestService } from './testing/open-test-service.ts'
import { signUpTenant } from './testing/tenant-client.ts'

let t: TestService
let wakeUps: WakeUps[] = []

beforeAll(async () => {
  t = await openTestService(41)
  await migrateQueue(t.database.urls.bullmq)
  return () => t.stop()
}, 60_000)
beforeEach(() => {
  wakeUps = []
})
afterEach(async () => {
  for (const w of wakeUps) await w.close()
})

const open = (dropWakeUps = false): WakeUps => {
  const made = openWakeUps({ url: t.database.urls.bullmq, log: silentLogger, poolSize: 3, concurrency: 4, dropWakeUps })
  wakeUps.push(made)
  return made
}

/** A Kafka admin that remembers, for what provisioning asks of it. */
function recordingKafka(fail = false) {
  const users = new Map<string, string>()
  const grants: string[][] = []
  return {
    users,
    grants,
    createPrincipal: async (username: string, password: string) => {
      if (fail) throw new Error('broker is down')
      users.set(username, password)
    },
    grantPrefixedAcls: async (username: string, prefix: string) => {
      grants.push([username, prefix])
    },
  }
}

const provisioning = (kafka: ReturnType<typeof recordingKafka> | null) => ({
  store: t.database.store,
  clock: t.clock,
  log: silentLogger,
  random: t.ctx.random,
  master: t.ctx.keys.master,
  kafka,
})

test('a sign-up’s outbox row becomes a wake-up for the new workspace, once', async () => {
  const seen = Promise.withResolvers<string>()
  const w = open()
  await w.consume('workspace', async (uid) => seen.resolve(uid))
  const tenant = await signUpTenant(t.app, 'relay')
  expect(await relayOnce({ store: t.database.store, wakeUps: w, clock: t.clock })).toBeGreaterThan(0)
  expect(await seen.promise).toBe(tenant.workspace)
  expect(await relayOnce({ store: t.database.store, wakeUps: w, clock: t.clock })).toBe(0)
})

test('KafkaReady: the principal is made once, its password is sealed, and an unreachable broker is tried again', async () => {
  const tenant = await signUpTenant(t.app, 'kafka')
  const condition = async () => (await tenant.call('GET', '/v1/workspaces/main')).json().status
  await provisionWorkspace(provisioning(recordingKafka(true)), tenant.workspace)
  expect((await condition()).conditions).toMatchObject([{ type: 'KafkaReady', status: 'False', reason: 'KafkaUnreachable' }])
  const kafka = recordingKafka()
  await provisionWorkspace(provisioning(kafka), tenant.workspace)
  const password = [...kafka.users.values()][0]
  await provisionWorkspace(provisioning(kafka), tenant.workspace)
  expect([...kafka.users.values()]).toEqual([password])
  const principal = `ws-${tenant.workspace.replaceAll('-', '')}`
  expect(kafka.grants[0]).toEqual([principal, `${principal}.`])
  expect(await condition()).toMatchObject({ phase: 'READY', conditions: [{ status: 'True' }] })
  const sealed = await t.database.store.withSystem((tx) =>
    openSecrets(tx, t.ctx.keys.master, { org: tenant.org, resource: tenant.workspace }),
  )
  expect(sealed).toEqual({ kafka_password: password })
})

test('an installation without Kafka says so in the condition', async () => {
  const tenant = await signUpTenant(t.app, 'plain')
  await provisionWorkspace(provisioning(null), tenant.workspace)
  expect((await tenant.call('GET', '/v1/workspaces/main')).json().status.conditions).toMatchObject([
    { status: 'False', reason: 'NoKafka' },
  ])
})

test('with wake-ups dropped the rows still count as sent: the sweeps find the work', async () => {
  await signUpTenant(t.app, 'dropped')
  const w = open(true)
  expect(await relayOnce({ store: t.database.store, wakeUps: w, clock: systemClock })).toBeGreaterThan(0)
  const unsent = await t.database.store.withSystem((tx) => tx.outbox.count({ where: { sent_at: null } }))
  expect(unsent).toBe(0)
})

test('two requests cannot both take the last of a quota', async () => {
  const tenant = await signUpTenant(t.app, 'quota')
  const make = (name: string) => tenant.call('POST', '/v1/workspaces', { body: { metadata: { name }, spec: {} } })
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(make))
  expect(answers.map((a) => a.statusCode).sort()).toEqual([201, 201, 403, 403, 403])
  expect(answers.find((a) => a.statusCode === 403)?.json()).toMatchObject({ code: 'QUOTA_EXCEEDED' })
  const scope = <T>(fn: (s: Scope) => Promise<T>) =>
    t.database.store.withTenant(tenant.org, (tx) =>
      fn({ tx, org: tenant.org, now: new Date(t.clock.now()), newUid: t.ctx.newUid }),
    )
  expect(await scope((s) => s.tx.workspaces.count())).toBe(3)
})
