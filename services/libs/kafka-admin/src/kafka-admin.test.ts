import { systemClock } from '@millrace/kit'
import { createDialler, createSocketOpener } from '@millrace/kit/dialler'
import { kafkaMissing, startTestKafka, startTlsProxy, tlsMissing } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KafkaAdmin } from './kafka-admin.ts'

const title = kafkaMissing ? `Kafka admin (skipped: ${kafkaMissing})` : 'Kafka admin'

describe.skipIf(kafkaMissing)(title, { timeout: 60_000 }, () => {
  let kafka: Awaited<ReturnType<typeof startTestKafka>>
  let admin: KafkaAdmin
  const opened: KafkaAdmin[] = []

  const open = (user: { username: string; password: string }, allowed = [kafka.bootstrap]) => {
    const policy = { allowedAddresses: allowed }
    const made = new KafkaAdmin({
      bootstrap: [kafka.bootstrap],
      sasl: { mechanism: 'SCRAM-SHA-256', ...user },
      clientId: 'test',
      dial: createDialler(policy),
      openSocket: createSocketOpener(policy),
      now: systemClock.now,
      random: () => 0.5,
    })
    opened.push(made)
    return made
  }

  beforeAll(async () => {
    kafka = await startTestKafka()
    admin = open(kafka.admin)
  }, 120_000)
  afterAll(async () => {
    for (const one of opened) await one.close()
    await kafka?.remove()
  })

  it('creates, lists, describes and deletes topics', async () => {
    expect(await admin.topics.create({ name: 'a-topic', partitions: 3, configs: { 'retention.ms': '1000' } })).toBe(true)
    expect(await admin.topics.create({ name: 'a-topic', partitions: 3 })).toBe(false)
    expect(await admin.topics.list()).toContain('a-topic')
    expect((await admin.topics.describe('a-topic')).partitions).toHaveLength(3)
    expect(await admin.offsets.ofTopic('a-topic')).toEqual([0, 1, 2].map((partition) => ({ partition, start: '0', end: '0' })))
    await admin.topics.delete('a-topic')
    await expect(admin.topics.delete('a-topic')).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
  })

  it('a principal reaches what begins with its prefix and nothing else', async () => {
    await admin.topics.create({ name: 'other.topic', partitions: 1 })
    await admin.principals.createPrincipal('tenant', 'first')
    await admin.principals.createPrincipal('tenant', 'second')
    await admin.principals.grantPrefixedAcls('tenant', 'ws1.')
    await admin.principals.grantPrefixedAcls('tenant', 'ws1.')
    const acls = await admin.principals.listPrefixedAcls('tenant')
    expect(new Set(acls.map((acl) => `${acl.resource} ${acl.prefix}`))).toEqual(
      new Set(['topic ws1.', 'group ws1.', 'transactional-id ws1.']),
    )
    await expect(open({ username: 'tenant', password: 'first' }).topics.list()).rejects.toMatchObject({
      code: 'KAFKA_AUTHENTICATION',
    })
    const tenant = open({ username: 'tenant', password: 'second' })
    expect(await tenant.topics.create({ name: 'ws1.bids', partitions: 1 })).toBe(true)
    expect(await tenant.topics.list()).toEqual(['ws1.bids'])
    await expect(tenant.topics.create({ name: 'ws2.bids', partitions: 1 })).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION' })
    expect(await tenant.testConnection({ topics: ['ws1.bids'], idPrefix: 'ws1.' })).toMatchObject({ state: 'ACTIVE', brokers: 1 })
    const foreign = await tenant.testConnection({ topics: ['other.topic'], idPrefix: 'ws2.' })
    expect(foreign.state).toBe('FORBIDDEN')
    expect(foreign.checks.map((c) => [c.name, c.problem?.code ?? null])).toEqual([
      ['connect', null],
      ['topic', 'TOPIC_AUTHORIZATION'],
      ['transactions', 'TOPIC_AUTHORIZATION'],
      ['group', 'TOPIC_AUTHORIZATION'],
    ])
  })

  it('sets and removes quotas, and takes a principal away', async () => {
    await admin.principals.createPrincipal('gone', 'secret')
    await admin.principals.setQuotas('gone', { producerBytesPerSecond: 1_000_000, requestPercentage: 50 })
    await admin.principals.deletePrincipal('gone')
    await admin.principals.deletePrincipal('gone')
    expect(await open({ username: 'gone', password: 'secret' }).testConnection()).toMatchObject({ state: 'INVALID_AUTH' })
  })

  it('an empty prefix is refused: it would grant everything', async () => {
    await expect(admin.principals.grantPrefixedAcls('tenant', '')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  it('addresses that the dialler refuses are not reached', async () => {
    const refused = open(kafka.admin, [])
    expect(await refused.testConnection()).toMatchObject({
      state: 'UNREACHABLE',
      checks: [{ problem: { code: 'ADDRESS_REFUSED' } }],
    })
    await expect(refused.topics.list()).rejects.toMatchObject({
      code: expect.stringMatching(/ADDRESS_REFUSED|BROKER_UNREACHABLE/),
    })
  })

  it.skipIf(tlsMissing)('speaks TLS with both of its clients', async () => {
    const proxy = await startTlsProxy(Number(kafka.bootstrap.split(':')[1]))
    const policy = { allowedAddresses: [`127.0.0.1:${proxy.port}`] }
    const [dial, openSocket] = [createDialler(policy), createSocketOpener(policy)]
    const sealed = new KafkaAdmin({
      bootstrap: [kafka.bootstrap],
      sasl: { mechanism: 'SCRAM-SHA-256', ...kafka.admin },
      tls: { ca: proxy.ca },
      clientId: 'test',
      dial: (target) => dial({ ...target, port: proxy.port }),
      openSocket: (target) => openSocket({ ...target, port: proxy.port }),
      now: systemClock.now,
      random: () => 0.5,
    })
    opened.push(sealed)
    expect(await sealed.testConnection()).toMatchObject({ state: 'ACTIVE' })
    expect(await sealed.topics.create({ name: 'over-tls', partitions: 1 })).toBe(true)
    expect(await sealed.topics.list()).toContain('over-tls')
    await sealed.close()
    await proxy.stop()
  })

  it('reads a group that has committed nothing', async () => {
    await admin.topics.create({ name: 'grouped', partitions: 1 })
    expect(await admin.offsets.ofGroup('nobody', ['grouped'])).toEqual([{ topic: 'grouped', partition: 0, offset: null }])
  })
})
