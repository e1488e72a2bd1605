import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { KafkaError } from '../wire/kafka-error.ts'
import { COMPRESSION } from './record-batch.ts'

/** A batch that grows beyond it is refused: a few bytes must not fill the memory. */
const INFLATED_BYTES_MAX = 128 * 1024 * 1024

/** The records of a compressed batch. Throws RECORD_MALFORMED for damaged data and for codecs that are not offered. */
export function decompress(codec: number, bytes: Uint8Array): Uint8Array {
  const limit = { maxOutputLength: INFLATED_BYTES_MAX }
  const name = COMPRESSION[codec] ?? `codec ${codec}`
  try {
    if (name === 'gzip') return gunzipSync(bytes, limit)
    if (name === 'zstd') return zstdDecompressSync(bytes, limit)
  } catch (error) {
    throw new KafkaError('RECORD_MALFORMED', `a batch compressed with ${name} cannot be read`, { cause: error })
  }
  throw new KafkaError('RECORD_MALFORMED', `batches compressed with ${name} are not supported; gzip, zstd and none are`)
}
