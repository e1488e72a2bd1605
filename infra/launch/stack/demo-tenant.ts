/** The tenant that the first `npm start` signs up, and its pipelines on live input. */
import fs from 'node:fs'
import path from 'node:path'
import { type Api, ApiProblem, openApi } from './api.ts'

export interface DemoTenant {
  readonly organization: string
  readonly workspace: string
  readonly pool: string
  readonly key: string
}

/** Columns of a Nexmark bid. */
const BID = 'auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING'

const LIVE_BIDS = `CREATE TABLE IF NOT EXISTS live_bids (${BID})
WITH ('connector' = 'nexmark', 'entity' = 'bid', 'next-event.rate' = '500')`

/** With Kafka: a generator fills the topic, three statements read it. */
const KAFKA_TABLES: readonly string[] = [
  LIVE_BIDS,
  `CREATE TABLE IF NOT EXISTS bids (${BID}, WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '2' SECOND)
DISTRIBUTED INTO 2 BUCKETS
WITH ('connector' = 'kafka', 'topic' = 'bids', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')`,
  `CREATE TABLE IF NOT EXISTS big_bids (auction BIGINT, bidder BIGINT, price BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'big-bids', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')`,
  `CREATE TABLE IF NOT EXISTS bids_per_auction (window_start TIMESTAMP(3), window_end TIMESTAMP(3), auction BIGINT, bids BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'bids-per-auction', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')`,
  `CREATE TABLE IF NOT EXISTS bidder_totals (bidder BIGINT, bids BIGINT, total BIGINT, PRIMARY KEY (bidder) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'bidder-totals', 'key.format' = 'json', 'value.format' = 'json')`,
]

const KAFKA_STATEMENTS: Readonly<Record<string, string>> = {
  'bid-generator': 'INSERT INTO bids SELECT * FROM live_bids',
  'big-bids': 'INSERT INTO big_bids SELECT auction, bidder, price FROM bids WHERE price > 1000000',
  'bids-per-auction': `INSERT INTO bids_per_auction
SELECT window_start, window_end, auction, COUNT(*)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction`,
  'bidder-totals': 'INSERT INTO bidder_totals SELECT bidder, COUNT(*), SUM(price) FROM bids GROUP BY bidder',
}

/** Without Kafka: the generator is read directly, results go to files. */
const FILE_TABLES: readonly string[] = [
  LIVE_BIDS.replace(`(${BID})`, `(${BID}, WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '2' SECOND)`),
  `CREATE TABLE IF NOT EXISTS big_bids (auction BIGINT, bidder BIGINT, price BIGINT)
WITH ('connector' = 'filesystem', 'path' = 'big-bids', 'format' = 'json')`,
  `CREATE TABLE IF NOT EXISTS bids_per_auction (window_start TIMESTAMP(3), window_end TIMESTAMP(3), auction BIGINT, bids BIGINT)
WITH ('connector' = 'filesystem', 'path' = 'bids-per-auction', 'format' = 'json')`,
]

const FILE_STATEMENTS: Readonly<Record<string, string>> = {
  'big-bids': 'INSERT INTO big_bids SELECT auction, bidder, price FROM live_bids WHERE price > 1000000',
  'bids-per-auction': KAFKA_STATEMENTS['bids-per-auction']!.replace('TABLE bids,', 'TABLE live_bids,'),
}

/** Signs up on the first start; later starts read what the first one kept. */
export async function demoTenant(
  base: string,
  options: { readonly dataDir: string; readonly kafka: boolean },
): Promise<DemoTenant> {
  const file = path.join(options.dataDir, 'demo-tenant.json')
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as DemoTenant
  const signed = await openApi(base).post<{ workspace: { name: string }; compute_pool: string; api_key: { key: string } }>(
    '/v1/signup',
    {
      organization: 'demo',
      email: 'demo@example.com',
    },
  )
  const tenant: DemoTenant = {
    organization: 'demo',
    workspace: signed.workspace.name,
    pool: signed.compute_pool,
    key: signed.api_key.key,
  }
  fs.writeFileSync(file, JSON.stringify(tenant, null, 2), { mode: 0o600 })
  return tenant
}

/** Makes the demo's tables and statements where they are missing. */
export async function startPipelines(api: Api, tenant: DemoTenant, kafka: boolean): Promise<void> {
  if (kafka) await kafkaReady(api, tenant.workspace)
  const tables = kafka ? KAFKA_TABLES : FILE_TABLES
  for (const [i, sql] of tables.entries()) await create(api, tenant, { name: `demo-table-${i + 1}`, sql })
  for (const [name, sql] of Object.entries(kafka ? KAFKA_STATEMENTS : FILE_STATEMENTS))
    await create(api, tenant, { name, sql, freshness: '5s' })
}

/** A name makes creation repeatable: a machine that is too busy at the first start gets this long. */
const CREATE_WITHIN_MS = 30_000

async function create(
  api: Api,
  { workspace, pool }: DemoTenant,
  { name, sql, freshness }: { name: string; sql: string; freshness?: string },
): Promise<void> {
  const spec = { sql, compute_pool: pool, ...(freshness === undefined ? {} : { objective: { freshness } }) }
  const end = Date.now() + CREATE_WITHIN_MS
  for (;;) {
    const problem = await api
      .post(`/v1/workspaces/${workspace}/statements`, { metadata: { name }, spec })
      .then(() => undefined)
      .catch((error: unknown) => error)
    if (problem === undefined || (problem instanceof ApiProblem && problem.code === 'NAME_TAKEN')) return
    if (!(problem instanceof ApiProblem) || problem.status < 500 || Date.now() > end) throw problem
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

interface WorkspaceView {
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly message: string }[]
  }
}

async function kafkaReady(api: Api, workspace: string): Promise<void> {
  const end = Date.now() + 60_000
  for (;;) {
    const { status } = await api.get<WorkspaceView>(`/v1/workspaces/${workspace}`)
    const condition = status.conditions.find((c) => c.type === 'KafkaReady')
    if (condition?.status === 'True') return
    if (Date.now() > end)
      throw new Error(`The workspace has no Kafka principal after 60 s: ${condition?.message ?? 'no condition'}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
