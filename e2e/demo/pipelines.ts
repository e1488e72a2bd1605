import { request, type Tenant, until } from './service.ts'

export const PRICE_ABOVE = 10_000_000
export const PARTITIONS = 4
export const TOPICS = {
  input: 'bids',
  filtered: 'expensive-bids',
  windowed: 'bids-per-auction',
  totals: 'bidder-totals',
} as const
export const STATEMENTS = ['expensive-bids', 'bids-per-auction', 'bidder-totals'] as const

const COLUMNS = 'auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING'

const TABLES: readonly string[] = [
  `CREATE TABLE bids (${COLUMNS}, WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '1' SECOND)
   WITH ('connector' = 'kafka', 'topic' = '${TOPICS.input}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')`,
  `CREATE TABLE expensive_bids (auction BIGINT, bidder BIGINT, price BIGINT, extra STRING)
   WITH ('connector' = 'kafka', 'topic' = '${TOPICS.filtered}', 'format' = 'json')`,
  `CREATE TABLE bids_per_auction (window_start TIMESTAMP(3), window_end TIMESTAMP(3), auction BIGINT, bids BIGINT)
   WITH ('connector' = 'kafka', 'topic' = '${TOPICS.windowed}', 'format' = 'json')`,
  `CREATE TABLE bidder_totals (bidder BIGINT, bids BIGINT, total BIGINT, PRIMARY KEY (bidder) NOT ENFORCED)
   WITH ('connector' = 'upsert-kafka', 'topic' = '${TOPICS.totals}', 'key.format' = 'json', 'value.format' = 'json')`,
]

const INSERTS: Readonly<Record<(typeof STATEMENTS)[number], string>> = {
  'expensive-bids': `INSERT INTO expensive_bids SELECT auction, bidder, price, extra FROM bids WHERE price > ${PRICE_ABOVE}`,
  'bids-per-auction': `INSERT INTO bids_per_auction SELECT window_start, window_end, auction, COUNT(*)
    FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction`,
  'bidder-totals': 'INSERT INTO bidder_totals SELECT bidder, COUNT(*), SUM(price) FROM bids GROUP BY bidder',
}

interface WorkspaceView {
  readonly metadata: { readonly uid: string }
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[]
    readonly kafka: { readonly topic_prefix: string }
  }
}

/** Waits for the workspace's Kafka principal and gives the prefix of its physical topics. */
export function kafkaPrefix(tenant: Tenant): Promise<string> {
  return until('KafkaReady', 60_000, async () => {
    const { body } = await request<WorkspaceView>(tenant.api, { method: 'GET', path: tenant.base, key: tenant.key })
    return body.status.conditions.some((c) => c.type === 'KafkaReady' && c.status === 'True')
      ? body.status.kafka.topic_prefix
      : undefined
  })
}

export async function createTables(tenant: Tenant): Promise<void> {
  for (const [i, sql] of TABLES.entries()) await tenant.submit(`table-${i + 1}`, sql)
}

/** Submits the three statements and gives how long each took until RUNNING. */
export async function startStatements(tenant: Tenant, pool: string): Promise<number[]> {
  return Promise.all(
    STATEMENTS.map(async (name) => {
      const started = performance.now()
      await tenant.submit(name, INSERTS[name], { compute_pool: pool, objective: { freshness: '2s' } })
      await tenant.waitForPhase(name, ['RUNNING'], 60_000)
      return performance.now() - started
    }),
  )
}
