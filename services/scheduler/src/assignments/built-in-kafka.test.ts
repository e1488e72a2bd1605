import { physicalTopic, topicPrefix } from '@millrace/protocol'
import { describe, expect, test } from 'vitest'
import { isBuiltIn, onBuiltInKafka } from './built-in-kafka.ts'

const workspace = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000'
const other = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001'
const at = { workspace, kafka: { bootstrap: '127.0.0.1:9092', saslMechanism: 'SCRAM-SHA-256' as const } }

describe('tables on the built-in Kafka', () => {
  test("naming another workspace's physical topic, group or transactional id stays under one's own prefix", () => {
    const options = onBuiltInKafka(
      {
        topic: physicalTopic(other, 'orders'),
        'properties.group.id': `${topicPrefix(other)}g`,
        'sink.transactional-id-prefix': topicPrefix(other),
        'error-handling.log.topic': physicalTopic(other, 'dead'),
        'properties.sasl.username': 'admin',
      },
      at,
    )
    for (const key of ['topic', 'properties.group.id', 'sink.transactional-id-prefix', 'error-handling.log.topic']) {
      expect(options[key]!.startsWith(topicPrefix(workspace)), key).toBe(true)
    }
    expect(options['properties.sasl.username']).not.toBe('admin')
    expect(options['properties.sasl.password']).toBe('${secret:millrace:kafka_password}')
  })

  test('every topic of a list and every alternative of a pattern is prefixed', () => {
    expect(onBuiltInKafka({ topic: 'a; b' }, at)['topic']).toBe(
      `${physicalTopic(workspace, 'a')};${physicalTopic(workspace, 'b')}`,
    )
    const pattern = new RegExp(`^(?:${onBuiltInKafka({ 'topic-pattern': 'a.*|b[|]c' }, at)['topic-pattern']})$`)
    expect(pattern.test(physicalTopic(workspace, 'abc'))).toBe(true)
    expect(pattern.test(physicalTopic(workspace, 'b|c'))).toBe(true)
    expect(pattern.test(physicalTopic(other, 'abc'))).toBe(false)
    expect(pattern.test('b|c')).toBe(false)
  })

  test('a table that names its servers or a connection is not built in', () => {
    expect(isBuiltIn({ topic: 'a' })).toBe(true)
    expect(isBuiltIn({ topic: 'a', 'properties.bootstrap.servers': 'x:1' })).toBe(false)
    expect(isBuiltIn({ topic: 'a', connection: 'prod' })).toBe(false)
  })
})
