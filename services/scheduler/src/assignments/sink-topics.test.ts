import { physicalTopic } from '@millrace/protocol'
import { expect, test } from 'vitest'
import { sinkTopics } from './sink-topics.ts'

const workspace = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000'
const body = (kind: string, connector: string, options: Readonly<Record<string, string>>, buckets?: number) => ({
  body: { kind, table: { connector, options, ...(buckets === undefined ? {} : { buckets }) } },
})

test('topics that are written to on the built-in Kafka, and no others', () => {
  const program = JSON.stringify({
    operators: [
      body('Source', 'kafka', { topic: 'read' }),
      body('Sink', 'kafka', { topic: 'written' }),
      body('Sink', 'upsert-kafka', { topic: 'totals' }, 6),
      body('Sink', 'upsert-kafka', { topic: 'totals' }, 3),
      body('Sink', 'kafka', { topic: 'elsewhere', 'properties.bootstrap.servers': 'x:1' }),
      body('Sink', 'kafka', { topic: 'named', connection: 'prod' }),
      body('Sink', 'blackhole', {}),
      { body: { kind: 'Calc' } },
    ],
  })
  expect(sinkTopics(program, workspace)).toEqual([
    { name: physicalTopic(workspace, 'written'), buckets: null },
    { name: physicalTopic(workspace, 'totals'), buckets: 6 },
  ])
  expect(sinkTopics('no plan', workspace)).toEqual([])
})
