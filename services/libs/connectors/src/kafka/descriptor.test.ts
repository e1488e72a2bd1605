import { describe, expect, it } from 'vitest'
import { connectionOptions } from './connection-options.ts'
import { kafkaDescriptor, upsertKafkaDescriptor } from './descriptor.ts'
import { scanOptions } from './table-options.ts'

const mistakes = (descriptor: typeof kafkaDescriptor, options: Record<string, string>, primaryKey: string[] = []) =>
  (descriptor.check?.({ options, primaryKey }) ?? []).map((finding) => finding.message)

describe('options of Kafka tables', () => {
  it('a table for writing needs nothing about reading, and the other way round', () => {
    expect(mistakes(kafkaDescriptor, { topic: 't', format: 'json' })).toEqual([])
    expect(mistakes(kafkaDescriptor, { topic: 'a;b', format: 'json', 'scan.startup.mode': 'earliest-offset' })).toEqual([])
    expect(mistakes(upsertKafkaDescriptor, { topic: 't', 'key.format': 'json', 'value.format': 'json' }, ['id'])).toEqual([])
  })

  it.each([
    [{ format: 'json', 'scan.startup.mode': 'timestamp' }, /scan.startup.timestamp-millis/],
    [{ format: 'json', 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': '0:1' }, /not of the form/],
    [{ format: 'json', 'scan.startup.mode': 'sometimes' }, /is one of/],
    [{ format: 'json', 'error-handling.mode': 'log' }, /error-handling.log.topic/],
    [{ format: 'json', 'sink.delivery-guarantee': 'twice' }, /is one of exactly-once/],
    [{ format: 'json', 'topic-pattern': '(a+)+b' }, /without groups/],
    [{ format: 'json', 'key.format': 'json' }, /go together/],
    [{}, /'format' or 'value.format' is missing/],
  ])('names the mistake in %j', (options, message) => {
    expect(mistakes(kafkaDescriptor, { topic: 't', ...options }).join('\n')).toMatch(message)
  })

  it('upsert-kafka needs a primary key and a key format', () => {
    expect(mistakes(upsertKafkaDescriptor, { topic: 't', format: 'json' })).toHaveLength(2)
  })

  it('the default start reads the group, which has to be named', () => {
    expect(() => scanOptions('kafka', { topic: 't' })).toThrow(/properties.group.id/)
    expect(scanOptions('upsert-kafka', { topic: 't' }).startup).toEqual({ kind: 'earliest' })
  })

  it('new partitions are looked for each half minute, or as the table says; zero, less, or an end turn it off', () => {
    const every = (interval?: string, more: Readonly<Record<string, string>> = {}) =>
      scanOptions('kafka', {
        topic: 't',
        'scan.startup.mode': 'earliest-offset',
        ...(interval === undefined ? {} : { 'scan.topic-partition-discovery.interval': interval }),
        ...more,
      }).discoveryMs
    expect(every()).toBe(30_000)
    expect(['5 min', '10s', '1500'].map((interval) => every(interval))).toEqual([300_000, 10_000, 1500])
    expect(['0', '0 s', '-1', '-1 ms'].map((interval) => every(interval))).toEqual([null, null, null, null])
    expect(every('10s', { 'scan.bounded.mode': 'latest-offset' })).toBeNull()
    expect(
      mistakes(kafkaDescriptor, { topic: 't', format: 'json', 'scan.topic-partition-discovery.interval': 'often' }).join(),
    ).toMatch(/not a duration/)
  })

  it('reads principal and password from options or a JAAS line', () => {
    const base = { 'properties.bootstrap.servers': 'a:1, [::1]:2', 'properties.security.protocol': 'SASL_PLAINTEXT' }
    const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="u\\"x" password="p;w";'
    const options = { ...base, 'properties.sasl.mechanism': 'SCRAM-SHA-512', 'properties.sasl.jaas.config': jaas }
    expect(connectionOptions(options)).toEqual({
      bootstrap: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
      clientId: 'millrace',
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'u"x', password: 'p;w' },
    })
    expect(() => connectionOptions(base)).toThrow(/SASL needs/)
    expect(() => connectionOptions({ 'properties.bootstrap.servers': 'nowhere' })).toThrow(/host:port/)
    expect(connectionOptions({ ...base, 'properties.security.protocol': 'SSL' })).toMatchObject({ tls: {} })
    expect(() => connectionOptions({ ...base, 'properties.security.protocol': 'TLS' })).toThrow(/SASL_SSL/)
    const blind = { 'properties.security.protocol': 'SSL', 'properties.ssl.endpoint.identification.algorithm': '' }
    expect(() => connectionOptions({ ...base, ...blind })).toThrow(/always verified/)
  })
})
