/**
 * Events per CPU-second of the engine over Kafka JSON: bounded topics into a blackhole, through the command line's local mode, so that
 * one process holds the engine and nothing else. CPU is the process's user and system time, start-up and warm-up included.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { kafkaMissing, startTestKafka } from '@millrace/testkit'
import { bidText, eventTime } from '../demo/bids.ts'
import { makeTopics } from '../demo/kafka-topics.ts'
import { KafkaClient } from '../kafka/client.ts'
import { encodeBatch } from '../kafka/record-batch.ts'
import { topEntries } from './profile.ts'

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))
const BATCH = 2000

interface Query {
  readonly name: string
  readonly sink: string
  readonly sql: string
}

const QUERIES: readonly Query[] = [
  {
    name: 'filter',
    sink: 'auction BIGINT, price BIGINT',
    sql: 'INSERT INTO sink SELECT auction, price FROM bids WHERE MOD(auction, 123) = 0',
  },
  {
    name: 'tumbling count',
    sink: 'window_start TIMESTAMP(3), auction BIGINT, bids BIGINT',
    sql: `INSERT INTO sink SELECT window_start, auction, COUNT(*)
      FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction`,
  },
  {
    name: 'totals per bidder',
    sink: 'bidder BIGINT, bids BIGINT, total BIGINT',
    sql: 'INSERT INTO sink SELECT bidder, COUNT(*), SUM(price) FROM bids GROUP BY bidder',
  },
]

export interface KafkaFigure {
  readonly query: string
  readonly events: number
  readonly wall_seconds: number
  readonly cpu_seconds: number
  readonly events_per_cpu_second: number
  readonly profile: readonly string[]
}

export async function benchKafka(events: number): Promise<readonly KafkaFigure[]> {
  if (kafkaMissing) throw new Error(`the benchmark over Kafka needs ${kafkaMissing}`)
  const kafka = await startTestKafka()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-bench-'))
  try {
    console.log(`\nKafka JSON, ${events} bids`)
    await load(kafka, events)
    const figures: KafkaFigure[] = []
    for (const query of QUERIES) {
      const script = path.join(dir, `${query.name.replaceAll(' ', '-')}.sql`)
      fs.writeFileSync(script, scriptOf(query, kafka))
      const plain = await run(script, [])
      const profiled = fs.mkdtempSync(path.join(dir, 'profile-'))
      await run(script, ['--cpu-prof', `--cpu-prof-dir=${profiled}`])
      const figure: KafkaFigure = {
        query: query.name,
        events,
        ...plain,
        events_per_cpu_second: events / plain.cpu_seconds,
        profile: topEntries(profiled, 12),
      }
      figures.push(figure)
      const rate = `${(figure.events_per_cpu_second / 1e6).toFixed(2)} M events per CPU-second`
      console.log(
        `  ${query.name.padEnd(20)} ${rate} (${plain.cpu_seconds.toFixed(1)} CPU-s, ${plain.wall_seconds.toFixed(1)} s wall)`,
      )
      for (const line of figure.profile) console.log(`      ${line}`)
    }
    return figures
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
    await kafka.remove()
  }
}

type Kafka = Awaited<ReturnType<typeof startTestKafka>>

async function load(kafka: Kafka, events: number): Promise<void> {
  await makeTopics(kafka.bootstrap, kafka.admin, { bids: 1 })
  const client = await KafkaClient.open(kafka.bootstrap, kafka.admin)
  const inFlight: Promise<void>[] = []
  const text = new TextEncoder()
  for (let n = 0; n < events; n += BATCH) {
    const values = Array.from({ length: Math.min(BATCH, events - n) }, (_, i) => text.encode(bidText(n + i, eventTime(n + i))))
    if (inFlight.length >= 8) await inFlight.shift()
    inFlight.push(client.produce('bids', 0, encodeBatch(values, Date.now())))
  }
  await Promise.all(inFlight)
  client.close()
}

function scriptOf(query: Query, { bootstrap, admin }: Kafka): string {
  return `CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING,
  WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'bids', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
  'properties.bootstrap.servers' = '${bootstrap}', 'properties.security.protocol' = 'SASL_PLAINTEXT', 'properties.sasl.mechanism' = 'SCRAM-SHA-256',
  'properties.sasl.username' = '${admin.username}', 'properties.sasl.password' = '${admin.password}');
CREATE TABLE sink (${query.sink}) WITH ('connector' = 'blackhole');
${query.sql};
`
}

/** CPU time as the system counts it: the last look before the process ends, 20 ms apart. */
function run(script: string, flags: readonly string[]): Promise<{ wall_seconds: number; cpu_seconds: number }> {
  const started = performance.now()
  const child = spawn(process.execPath, [...flags, CLI, 'sql', '--local', '-f', script], { stdio: ['ignore', 'inherit', 'pipe'] })
  const said: Buffer[] = []
  child.stderr.on('data', (d: Buffer) => said.push(d))
  let cpu = 0
  const look = setInterval(() => {
    const stat = fs.existsSync(`/proc/${child.pid}/stat`) ? fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1') : ''
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields.length > 13) cpu = Math.max(cpu, (Number(fields[11]) + Number(fields[12])) / 100)
  }, 20)
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      clearInterval(look)
      if (code === 0) resolve({ wall_seconds: (performance.now() - started) / 1000, cpu_seconds: cpu })
      else reject(new Error(`${script} failed (${code}):\n${Buffer.concat(said).toString()}`))
    })
  })
}
