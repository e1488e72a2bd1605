// The generator process: bids at a steady rate, then a flood of bids that were encoded before it, then one closing bid a partition.
// Takes its orders as JSON in argv[2], tells what it does as JSON lines on standard output.
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32c } from '@node-rs/crc32'
import { KafkaClient } from '../kafka/client.ts'
import { encodeBatch } from '../kafka/record-batch.ts'
import type { Credentials } from '../kafka/wire.ts'
import { bidText, eventTime } from './bids.ts'

export interface GeneratorOrders {
  readonly bootstrap: string
  readonly credentials: Credentials
  readonly topic: string
  readonly partitions: number
  readonly rate: number
  readonly steadySeconds: number
  readonly flood: number
  /** How far beyond the last bid the closing ones are, ms of event time. */
  readonly closingGapMs: number
}

const BATCH = 2000
const IN_FLIGHT = 8
const TICK_MS = 50

const orders = JSON.parse(process.argv[2] ?? '{}') as GeneratorOrders
const { topic, partitions } = orders
const say = (event: string, data: object = {}) => process.stdout.write(`${JSON.stringify({ event, at: Date.now(), ...data })}\n`)
const client = await KafkaClient.open(orders.bootstrap, orders.credentials)
const text = new TextEncoder()

const encode = (numbers: readonly number[], timestamp: number): Buffer =>
  encodeBatch(
    numbers.map((n) => text.encode(bidText(n, eventTime(n)))),
    timestamp,
  )

/** The batch says when it was sent, not when it was encoded: lag and freshness are measured by this. */
function stamp(batch: Buffer, timestamp: number): Buffer {
  batch.writeBigInt64BE(BigInt(timestamp), 27)
  batch.writeBigInt64BE(BigInt(timestamp), 35)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

/** Bid n goes to partition n mod partitions, so event time ascends in each. */
async function steady(from: number): Promise<number> {
  const start = Date.now()
  let next = from
  const total = from + orders.rate * orders.steadySeconds
  while (next < total) {
    const due = Math.min(total, from + Math.floor(((Date.now() - start) * orders.rate) / 1000))
    for (let p = 0; p < partitions; p++) {
      const numbers: number[] = []
      for (let n = next; n < due; n++) if (n % partitions === p) numbers.push(n)
      if (numbers.length > 0) await client.produce(topic, p, encode(numbers, Date.now()))
    }
    if (due > next) say('produced', { bids: due })
    next = due
    await sleep(TICK_MS)
  }
  return next
}

function* floodBatches(from: number): Generator<{ partition: number; batch: Buffer; last: number }> {
  const rounds = Math.ceil(orders.flood / (BATCH * partitions))
  for (let r = 0; r < rounds; r++) {
    for (let p = 0; p < partitions; p++) {
      const first = from + r * BATCH * partitions + ((p - (from % partitions) + partitions) % partitions)
      const numbers = Array.from({ length: BATCH }, (_, i) => first + i * partitions)
      yield { partition: p, batch: encode(numbers, 0), last: numbers.at(-1)! }
    }
  }
}

async function send(batches: readonly { partition: number; batch: Buffer }[]): Promise<void> {
  const inFlight: Promise<void>[] = []
  let sent = 0
  for (const { partition, batch } of batches) {
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift()
    inFlight.push(client.produce(topic, partition, stamp(batch, Date.now())))
    sent += BATCH
    if (sent % (BATCH * 200) === 0) say('flood', { sent })
  }
  await Promise.all(inFlight)
}

async function close(last: number): Promise<void> {
  for (let p = 0; p < partitions; p++) {
    const n = last + 1 + p
    const closing = text.encode(bidText(n, eventTime(last) + orders.closingGapMs))
    await client.produce(topic, p, encodeBatch([closing], Date.now()))
  }
  say('closed', { bids: last + 1 + partitions })
}

say('encoding')
const batches = orders.flood > 0 ? [...floodBatches(orders.rate * orders.steadySeconds)] : []
say('steady')
let last = (await steady(0)) - 1
if (batches.length > 0) {
  say('flood-begins', { bids: batches.length * BATCH })
  await send(batches)
  last = Math.max(...batches.slice(-partitions).map((b) => b.last))
  say('flood-ended')
}
await close(last)
client.close()
