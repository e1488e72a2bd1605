import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '@millrace/launch/kafka'
import { kafkaLacks } from '@millrace/launch/stack'
import { afterEach, expect, test } from 'vitest'
import { kafkaPrefix } from '../demo/pipelines.ts'
import { expectStatus, type Tenant, until } from '../demo/service.ts'
import { KafkaClient, readTopic } from '../kafka/client.ts'
import { type BidRow, compareMultisets, judgeBids } from './bid-stream.ts'
import { StartedProduct } from './started-product.ts'
import { writtenBytes } from './written-files.ts'

/** The demo tenant's pipelines: events a second of the generator, and what the filter lets through. */
const RATE = 500
const PRICE_ABOVE = 1_000_000

const opened: StartedProduct[] = []
const folders: string[] = []
afterEach(async () => {
  for (const product of opened.splice(0)) await product.discard()
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true })
})

function dataFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-start-'))
  fs.chmodSync(folder, 0o755)
  folders.push(folder)
  return folder
}

function open(options: ConstructorParameters<typeof StartedProduct>[0]): StartedProduct {
  const product = new StartedProduct(options)
  opened.push(product)
  return product
}

/** The broker of a running product, read as its administrator. */
async function openBroker(product: StartedProduct): Promise<KafkaClient> {
  const bootstrap = /Kafka +([\d.]+:\d+)/.exec(product.output)?.[1]
  if (bootstrap === undefined) throw new Error(`no address of Kafka in:\n${product.output}`)
  const { adminPassword } = JSON.parse(fs.readFileSync(path.join(product.dataDir, 'kafka', 'credentials.json'), 'utf8')) as {
    adminPassword: string
  }
  return KafkaClient.open(bootstrap, { username: 'admin', password: adminPassword })
}

async function rowsOf<T>(client: KafkaClient, topic: string): Promise<T[]> {
  const rows: T[] = []
  await readTopic(client, topic, (record) => rows.push(JSON.parse(record.value!.toString()) as T))
  return rows
}

const outcome = ({ auction, bidder, price }: Pick<BidRow, 'auction' | 'bidder' | 'price'>) => `${auction} ${bidder} ${price}`
const expensive = (bids: readonly BidRow[]) => bids.filter((b) => b.price > PRICE_ABOVE).map(outcome)

async function stopStatement(tenant: Tenant, name: string): Promise<void> {
  expectStatus(await tenant.call('POST', `${tenant.base}/statements/${name}:stop`, { body: {} }), 200, `stop ${name}`)
  await tenant.waitForPhase(name, ['STOPPED'], 60_000)
}

test.skipIf(kafkaLacks().length > 0)(
  'Ctrl-C in the middle of live pipelines and a second start: nothing lost, nothing twice',
  { timeout: 300_000 },
  async () => {
    const dataDir = dataFolder()
    const port = await freePort()
    const first = open({ dataDir, port })
    console.log(`first start: ready after ${((await first.ready(180_000)) / 1000).toFixed(1)} s`)
    const prefix = await kafkaPrefix(first.tenant())
    const before = await openBroker(first)
    const atStop = await until('2,000 bids are in the topic', 60_000, async () => {
      const rows = await rowsOf<BidRow>(before, `${prefix}bids`)
      return rows.length > 2000 ? rows.length : undefined
    })
    before.close()
    expect(await first.interrupt(90_000), first.output).toBe(0)

    const second = open({ dataDir, port })
    console.log(`second start: ready after ${((await second.ready(120_000)) / 1000).toFixed(1)} s`)
    const tenant = second.tenant()
    const client = await openBroker(second)
    await until('more bids come than before the stop', 60_000, async () =>
      (await rowsOf<BidRow>(client, `${prefix}bids`)).length > atStop + 1000 ? true : undefined,
    )
    await stopStatement(tenant, 'bid-generator')
    const bids = await rowsOf<BidRow>(client, `${prefix}bids`)
    const wanted = expensive(bids)
    await until('the filter has read all bids', 60_000, async () =>
      (await rowsOf(client, `${prefix}big-bids`)).length >= wanted.length ? true : undefined,
    )
    await stopStatement(tenant, 'big-bids')
    const found = (await rowsOf<BidRow>(client, `${prefix}big-bids`)).map(outcome)
    client.close()

    expect(judgeBids(bids, RATE)).toEqual({ bids: bids.length, duplicates: [], missing: [] })
    expect(new Set(bids.map((b) => JSON.stringify(b))).size).toBe(bids.length)
    expect(compareMultisets(wanted, found)).toEqual({ missing: [], extra: [] })
    expect(await second.interrupt(90_000), second.output).toBe(0)
  },
)

test('without Java on the PATH it is ready with the built-in sources, says what it lacks, and its files grow', {
  timeout: 240_000,
}, async () => {
  const dataDir = dataFolder()
  const product = open({ dataDir, port: await freePort(), path: pathWithoutJava() })
  await product.ready(120_000)
  expect(product.output).toContain('without Kafka (Java 17 or newer (no `java` on PATH')
  const written = () => writtenBytes(path.join(dataDir, 'files'), 'big-bids')
  const size = await until('a first file of big-bids', 60_000, async () => written() || undefined)
  await until('the files of big-bids grow', 60_000, async () => (written() > size ? true : undefined))
  expect(await product.interrupt(90_000), product.output).toBe(0)
})

/** Everything of this PATH but Java and Maven. */
function pathWithoutJava(): string {
  const bin = path.join(dataFolder(), 'bin')
  fs.mkdirSync(bin)
  const linked = new Set<string>()
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      if (!/^(java|mvn)/.test(name) && !linked.has(name)) fs.symlinkSync(path.join(folder, name), path.join(bin, name))
      linked.add(name)
    }
  }
  return bin
}
