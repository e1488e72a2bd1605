import { afterAll, beforeAll, expect, test } from 'vitest'
import { Tenant, until } from '../demo/service.ts'
import { Neighbour } from './neighbour.ts'
import { type JourneyStack, openStack } from './open-stack.ts'

let stack: JourneyStack
let tenant: Tenant
let neighbour: Neighbour

beforeAll(async () => {
  stack = await openStack({ kafka: false, env: () => ({ MILLRACE_WORKER_HEAP_MB: '64' }) })
  tenant = await Tenant.signUp(stack.api, 'acme')
  neighbour = await Neighbour.start(tenant, stack.dataDir)
  await tenant.submit(
    'source',
    `CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, url STRING, extra STRING)
     WITH ('connector' = 'nexmark', 'entity' = 'bid', 'max-emit-speed' = 'true')`,
  )
  await tenant.submit(
    'sink',
    `CREATE TABLE gone (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'blackhole')`,
  )
})
afterAll(() => stack?.close())

test('a statement over its hard state limit fails with STATE_LIMIT, beside a neighbour that goes on at its rate', async () => {
  const before = await neighbour.rate()
  await tenant.submit('greedy', 'INSERT INTO gone SELECT extra, COUNT(*) FROM bids GROUP BY extra', {
    properties: { 'millrace.state.limit-bytes': '4194304' },
  })
  const during = await neighbour.rate()
  const status = await until('FAILED', 90_000, async () => {
    const { status } = await tenant.statement('greedy')
    return status.phase === 'FAILED' ? status : undefined
  })
  expect(status).toMatchObject({ phase: 'FAILED', detail_code: 'STATE_LIMIT' })
  expect(status.detail).toMatch(/\d+ bytes; 4194304 are allowed\./)
  await neighbour.unharmed()
  console.log(`the neighbour wrote ${before.toFixed(0)} bytes/s before and ${during.toFixed(0)} beside the greedy statement`)
  // Files appear once a checkpoint: one of eight more or less is no change of the rate.
  expect(during / before).toBeGreaterThan(0.7)
  expect(during / before).toBeLessThan(1.4)
})

test('a worker killed for memory is told as that and its statements are placed again; other tenants notice nothing', async () => {
  const hungry = await Tenant.signUp(stack.api, 'globex')
  await hungry.submit(
    'source',
    `CREATE TABLE bids (extra STRING) WITH ('connector' = 'nexmark', 'entity' = 'bid', 'max-emit-speed' = 'true')`,
  )
  await hungry.submit('sink', `CREATE TABLE parts (part ARRAY<STRING>) WITH ('connector' = 'blackhole')`)
  // Ten thousand array elements a row, two thousand rows a batch: more than 64 MB of JavaScript objects at once.
  await hungry.submit('hungry', `INSERT INTO parts SELECT SPLIT(REPEAT(extra || ',', 10000), ',') FROM bids`)
  const lost = await until('an event WORKER_OUT_OF_MEMORY', 90_000, async () =>
    (await hungry.events('hungry')).find((e) => e.kind === 'EXCEPTION' && e.reason === 'WORKER_OUT_OF_MEMORY'),
  )
  expect(lost.message).toContain('ran out of memory')
  const again = await until('the statement is placed again', 60_000, async () => {
    const granted = (await hungry.events('hungry')).filter((e) => e.kind === 'ASSIGNMENT' && e.reason === 'GRANTED')
    return granted.length >= 2 ? granted : undefined
  })
  expect(again[1]?.data?.['worker']).not.toBe(lost.data?.['worker'])
  await hungry.call('POST', `${hungry.base}/statements/hungry:stop`, { body: {} })
  await neighbour.unharmed()
})
