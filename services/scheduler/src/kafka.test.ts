import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaAdmin } from '@millrace/kafka-admin'
import { createDialler, createSocketOpener } from '@millrace/kit/dialler'
import { topicPrefix, workspacePrincipal } from '@millrace/protocol'
import { findStatement, masterKeyFrom, putSystemSecret, type Statement } from '@millrace/store'
import { kafkaMissing, startTestKafka, type TestKafka } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datagenProgram, kafkaToBlackhole } from './testing/datagen-program.ts'
import { type Installation, MASTER, openInstallation } from './testing/scheduler-process.ts'

let kafka: TestKafka
let it: Installation
let admin: KafkaAdmin

/** The workspace's principal with its rights under the prefix, as provisioning makes it after sign-up. */
async function provision(): Promise<void> {
  const policy = { allowedAddresses: [kafka.bootstrap] }
  admin = new KafkaAdmin({
    bootstrap: [kafka.bootstrap],
    sasl: { mechanism: 'SCRAM-SHA-256', username: kafka.admin.username, password: kafka.admin.password },
    clientId: 'test',
    dial: createDialler(policy),
    openSocket: createSocketOpener(policy),
    now: () => Date.now(),
    random: Math.random,
  })
  await admin.principals.createPrincipal(workspacePrincipal(it.workspace), 'a-password')
  await admin.principals.grantPrefixedAcls(workspacePrincipal(it.workspace), topicPrefix(it.workspace))
  const secret = { org: it.org, resource: it.workspace, field: 'kafka_password', value: 'a-password', now: new Date() }
  const keys = { master: masterKeyFrom(MASTER), random: (n: number) => crypto.getRandomValues(new Uint8Array(n)) }
  await it.test.store.withSystem((tx) => putSystemSecret(tx, secret, keys))
}

beforeAll(async () => {
  if (kafkaMissing) return
  ;[kafka, it] = await Promise.all([startTestKafka(), openInstallation()])
  await provision()
  it.startScheduler({ MILLRACE_KAFKA_BOOTSTRAP: kafka.bootstrap, MILLRACE_ALLOWED_ADDRESSES: kafka.bootstrap })
}, 180_000)
afterAll(async () => {
  await it?.close()
  await admin?.close()
  await kafka?.remove()
}, 180_000)

const look = (name: string) => it.tenant((s) => findStatement(s, { workspace: it.workspace, name }))

async function until(what: string, name: string, probe: (s: Statement) => boolean): Promise<Statement> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const s = await look(name)
    if (s && probe(s)) return s
    if (Date.now() > deadline)
      throw new Error(`never: ${name} ${what}; it is ${s?.phase}: ${s?.detail} ${JSON.stringify(s?.report?.report)}`)
    await sleep(100)
  }
}

describe.skipIf(kafkaMissing)(`statements on the built-in Kafka${kafkaMissing ? ` (skipped: ${kafkaMissing})` : ''}`, () => {
  test('one writes exactly once under logical names, another reads what was committed', async () => {
    await it.submit(
      'writer',
      datagenProgram({ rowsPerSecond: 500, sink: 'kafka', options: { topic: 'numbers', format: 'json' } }),
    )
    await it.submit('reader', kafkaToBlackhole('numbers'))
    await until('writes', 'writer', (s) => s.phase === 'RUNNING' && (s.checkpoint?.number ?? 0) > 1)
    const reader = await until(
      'reads',
      'reader',
      (s) => s.phase === 'RUNNING' && (s.report?.report.counters.records_in ?? 0) > 100,
    )
    expect(reader.report!.report.lag.records).not.toBeNull()
    expect(Object.keys(reader.report!.report.offsets).length).toBeGreaterThan(0)
  }, 180_000)

  test('a table asks for the partitions of its topic by its buckets', async () => {
    const program = datagenProgram({
      rowsPerSecond: 100,
      sink: 'kafka',
      options: { topic: 'spread', format: 'json' },
      buckets: 7,
    })
    await it.submit('spreader', program)
    await until('runs', 'spreader', (s) => s.phase === 'RUNNING')
    const partitions = async (topic: string) => (await admin.topics.describe(topicPrefix(it.workspace) + topic)).partitions.length
    expect(await partitions('spread')).toBe(7)
    expect(await partitions('numbers')).toBe(4)
  }, 180_000)

  test('a broker that is down degrades the statement with the reason; it recovers by itself', async () => {
    await kafka.kill()
    const down = await until('is DEGRADED', 'reader', (s) => s.phase === 'DEGRADED')
    expect(down.detailCode).toBe('BROKER_UNREACHABLE')
    await kafka.restart()
    const before = (await look('reader'))!.report!.report.counters.records_in
    await until('reads again', 'reader', (s) => s.phase === 'RUNNING' && s.report!.report.counters.records_in > before)
    await until('writes again', 'writer', (s) => s.phase === 'RUNNING' && s.detail === null)
    await until('is itself again', 'reader', (s) => s.phase === 'RUNNING' && s.detail === null)
  }, 180_000)

  test('a topic that does not exist is told as that', async () => {
    await it.submit('lost', kafkaToBlackhole('no-such-topic'))
    const s = await until('fails', 'lost', (x) => x.phase === 'FAILED' || x.phase === 'FAILING' || x.phase === 'DEGRADED')
    expect(s.detailCode).toBe('TOPIC_UNKNOWN')
  }, 180_000)
})
