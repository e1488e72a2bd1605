import type { ResultRow } from '@millrace/engine/local'
import { compileScript, EMPTY_SESSION, runLocal } from '@millrace/engine/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectorCatalog } from '../descriptors.ts'
import { type Bench, kafkaMissing, startBench } from './testing/broker-bench.ts'

const title = kafkaMissing ? `SQL over Kafka (skipped: ${kafkaMissing})` : 'SQL over Kafka'

describe.skipIf(kafkaMissing)(title, { timeout: 90_000 }, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, 120_000)
  afterAll(() => bench?.stop())

  const connection = () =>
    `'properties.bootstrap.servers' = '${bench.kafka.bootstrap}', 'properties.security.protocol' = 'SASL_PLAINTEXT',
     'properties.sasl.mechanism' = 'SCRAM-SHA-256', 'properties.sasl.username' = 'admin', 'properties.sasl.password' = '\${secret:pw}'`

  const run = async (sql: string, parallelism = 1): Promise<readonly ResultRow[]> => {
    const compiled = compileScript(sql, EMPTY_SESSION, connectorCatalog)
    expect(compiled.diagnostics.filter((d) => d.severity === 'error')).toEqual([])
    const rows: ResultRow[] = []
    for (const plan of compiled.plans) {
      const report = await runLocal({
        plan,
        parallelism,
        connectorModule: new URL('../registry.ts', import.meta.url).href,
        secrets: { pw: bench.kafka.admin.password },
        allowedAddresses: [bench.kafka.bootstrap],
        checkpointIntervalMs: 100,
        onRow: (row) => void rows.push(row),
      })
      expect(report).toMatchObject({ state: 'FINISHED', failure: null })
    }
    return rows
  }

  const bounded = `'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'`
  const tables = () => `
    CREATE TABLE bids (
      auction BIGINT, price BIGINT, ts TIMESTAMP(3),
      part INT METADATA FROM 'partition' VIRTUAL,
      at_ms TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
      pos BIGINT METADATA FROM 'offset' VIRTUAL,
      WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
    ) WITH ('connector' = 'kafka', 'topic' = 'sql-bids', 'format' = 'json', ${bounded}, ${connection()});
    CREATE TABLE counts (window_start TIMESTAMP(3), auction BIGINT, n BIGINT)
      WITH ('connector' = 'kafka', 'topic' = 'sql-counts', 'format' = 'json', ${connection()});
    CREATE TABLE totals (auction BIGINT, total BIGINT, PRIMARY KEY (auction) NOT ENFORCED)
      WITH ('connector' = 'upsert-kafka', 'topic' = 'sql-totals', 'key.format' = 'json', 'value.format' = 'json',
            'scan.bounded.mode' = 'latest-offset', ${connection()});`

  it.each([1, 2])('windows and running totals, exactly once, with %i threads', async (parallelism) => {
    const topics = ['sql-bids', 'sql-counts', 'sql-totals'].map((topic) => `${topic}-${parallelism}`)
    for (const topic of topics) await bench.createTopic(topic, 2)
    const own = (sql: string) => sql.replaceAll(/'(sql-\w+)'/g, `'$1-${parallelism}'`)
    const bids = Array.from({ length: 600 }, (_, i) => ({ auction: i % 3, price: i, second: Math.floor(i / 20) }))
    await bench.send(
      topics[0] ?? '',
      bids.map(({ auction, price, second }, i) => ({
        partition: i % 2,
        value: JSON.stringify({ auction, price, ts: `2026-01-01 00:00:${String(second).padStart(2, '0')}` }),
      })),
    )
    await run(
      own(`${tables()}
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO counts SELECT window_start, auction, COUNT(*)
          FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction;
        INSERT INTO totals SELECT auction, SUM(price) FROM bids GROUP BY auction;
      END;`),
      parallelism,
    )
    const counts = (await bench.committed(topics[1] ?? '', 2)).map(([, value]) => JSON.parse(value ?? ''))
    const expected = [0, 10, 20].flatMap((from) =>
      [0, 1, 2].map((auction) => ({
        window_start: `2026-01-01 00:00:${String(from).padStart(2, '0')}`,
        auction,
        n: bids.filter((b) => b.auction === auction && b.second >= from && b.second < from + 10).length,
      })),
    )
    const order = (a: { window_start: string; auction: number }, b: typeof a) =>
      a.window_start.localeCompare(b.window_start) || a.auction - b.auction
    expect(counts.sort(order)).toEqual(expected)
    const last = new Map((await bench.committed(topics[2] ?? '', 2)).map(([key, value]) => [key, value]))
    expect(last).toEqual(
      new Map(
        [0, 1, 2].map((auction) => {
          const total = bids.filter((b) => b.auction === auction).reduce((sum, b) => sum + b.price, 0)
          return [JSON.stringify({ auction }), JSON.stringify({ auction, total })]
        }),
      ),
    )
  })

  it('metadata columns, casts of them, and a changelog read from upsert-kafka', async () => {
    for (const topic of ['sql-bids', 'sql-counts', 'sql-totals']) await bench.createTopic(topic)
    await bench.send('sql-bids', [{ value: '{"auction":1,"price":5,"ts":"2026-01-01 00:00:01"}' }])
    const [row] = await run(`${tables()} SELECT part, pos, at_ms > TIMESTAMP '2020-01-01 00:00:00', auction FROM bids`)
    expect(row).toMatchObject({ op: '+I', row: [0, 0, true, 1] })
    await bench.send('sql-totals', [
      { key: '{"auction":1}', value: '{"auction":1,"total":5}' },
      { key: '{"auction":1}', value: '{"auction":1,"total":7}' },
      { key: '{"auction":2}', value: '{"auction":2,"total":1}' },
      { key: '{"auction":2}', value: null },
    ])
    const changes = await run(`${tables()} SELECT auction, total FROM totals`)
    expect(changes.map(({ op, row: values }) => [op, ...values])).toEqual([
      ['+I', 1, 5],
      ['-U', 1, 5],
      ['+U', 1, 7],
      ['+I', 2, 1],
      ['-D', 2, 1],
    ])
  })
})
