import { crc32c } from '@node-rs/crc32'

/** A record batch of format 2 with values only, uncompressed, not transactional. `timestamp` is epoch ms of all records. */
export function encodeBatch(values: readonly Uint8Array[], timestamp: number): Buffer {
  const size = values.reduce((sum, v) => sum + v.length + 24, 61)
  const out = Buffer.allocUnsafe(size)
  let at = 61
  values.forEach((value, i) => {
    const body = 1 + 1 + varintSize(i) + 1 + varintSize(value.length) + value.length + 1
    at = varint(out, at, body)
    out[at++] = 0
    out[at++] = 0
    at = varint(out, at, i)
    out[at++] = 1
    at = varint(out, at, value.length)
    out.set(value, at)
    at += value.length
    out[at++] = 0
  })
  const batch = out.subarray(0, at)
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(at - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(0, 21)
  batch.writeInt32BE(values.length - 1, 23)
  batch.writeBigInt64BE(BigInt(timestamp), 27)
  batch.writeBigInt64BE(BigInt(timestamp), 35)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(values.length, 57)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

/** Zigzag varint of a value that is not negative. */
function varint(out: Buffer, at: number, value: number): number {
  let rest = value * 2
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128
    rest = Math.floor(rest / 128)
  }
  out[at++] = rest
  return at
}

export interface RawRecord {
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
}

/**
 * Walks the records of a fetched record set as a read_committed reader must: control batches and the batches of aborted transactions
 * are skipped. `aborted` is the broker's list for this answer. Returns the offset to fetch next, or −1 when no whole batch came.
 */
export function walkRecords(
  set: Buffer,
  options: { readonly from: number; readonly aborted: readonly { readonly producer: bigint; readonly first: bigint }[] },
  visit: (record: RawRecord) => void,
): number {
  const pending = [...options.aborted].sort((a, b) => (a.first < b.first ? -1 : 1))
  const aborting = new Set<bigint>()
  let next = -1
  let at = 0
  while (at + 61 <= set.length) {
    const length = set.readInt32BE(at + 8)
    if (at + 12 + length > set.length) break
    const base = set.readBigInt64BE(at)
    const attributes = set.readInt16BE(at + 21)
    const lastDelta = set.readInt32BE(at + 23)
    const producer = set.readBigInt64BE(at + 43)
    while (pending.length > 0 && pending[0]!.first <= base + BigInt(lastDelta)) aborting.add(pending.shift()!.producer)
    const control = (attributes & 32) !== 0
    const transactional = (attributes & 16) !== 0
    if ((attributes & 7) !== 0) throw new Error('a compressed batch: the harness reads uncompressed topics only')
    if (control) {
      // The marker's key is [version, type]; type 0 is an abort.
      if (markerType(set, at + 61) === 0) aborting.delete(producer)
    } else if (!(transactional && aborting.has(producer))) {
      walkBatch(set, { at, end: at + 12 + length, base: Number(base), from: options.from }, visit)
    }
    next = Number(base) + lastDelta + 1
    at += 12 + length
  }
  return next
}

function markerType(set: Buffer, at: number): number {
  const r = new Cursor(set, at)
  r.varint()
  r.at += 1
  r.varint()
  r.varint()
  r.varint()
  return set.readInt16BE(r.at + 2)
}

interface BatchSpan {
  readonly at: number
  readonly end: number
  readonly base: number
  readonly from: number
}

function walkBatch(set: Buffer, { at, end, base, from }: BatchSpan, visit: (record: RawRecord) => void): void {
  const baseTime = Number(set.readBigInt64BE(at + 27))
  const r = new Cursor(set, at + 61)
  while (r.at < end) {
    const length = r.varint()
    const stop = r.at + length
    r.at += 1
    const timestamp = baseTime + r.varint()
    const offset = base + r.varint()
    const key = r.bytes()
    const value = r.bytes()
    if (offset >= from) visit({ offset, key, value, timestamp })
    r.at = stop
  }
}

class Cursor {
  readonly #data: Buffer
  at: number
  constructor(data: Buffer, at: number) {
    this.#data = data
    this.at = at
  }
  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const b = this.#data[this.at++]!
      value += (b & 127) * scale
      if (b < 128) break
      scale *= 128
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  bytes(): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    this.at += length
    return this.#data.subarray(this.at - length, this.at)
  }
}
