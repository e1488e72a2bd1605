/** Kafka's 32-bit murmur2 (the Java client's `Utils.murmur2`, seed 0x9747b28c): int32. */
export function murmur2(data: Uint8Array, from = 0, to = data.length): number {
  const length = to - from
  const m = 0x5bd1e995
  let h = 0x9747b28c ^ length
  let i = from
  for (; i + 4 <= to; i += 4) {
    let k =
      (data[i] as number) | ((data[i + 1] as number) << 8) | ((data[i + 2] as number) << 16) | ((data[i + 3] as number) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = to - i
  if (rest === 3) h ^= (data[i + 2] as number) << 16
  if (rest >= 2) h ^= (data[i + 1] as number) << 8
  if (rest >= 1) h = Math.imul(h ^ (data[i] as number), m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}

/** The partition that the Java client's default partitioner gives a key. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions
}
