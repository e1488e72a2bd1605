/** The module that task threads import: every connector of the product, and the object stores that need a client library. */
import type { ConnectorRegistry, Dial } from '@millrace/engine/connector'
import { createFsStore, type ObjectStore, type ObjectStoreConfig } from '@millrace/engine/objectstore'
import { createDialler } from '@millrace/kit/dialler'
import { blackholeSink } from './blackhole/sink.ts'
import { datagenSource } from './datagen/source.ts'
import { filesystemSink } from './filesystem/sink.ts'
import { filesystemSource } from './filesystem/source.ts'
import { createKafkaSink } from './kafka/sink/sink.ts'
import { createKafkaSource } from './kafka/source/source.ts'
import { nexmarkSource } from './nexmark/source.ts'
import { printSink } from './print/sink.ts'

export function createRegistry(): ConnectorRegistry {
  return {
    sources: {
      datagen: datagenSource,
      filesystem: filesystemSource,
      nexmark: nexmarkSource,
      kafka: createKafkaSource('kafka'),
      'upsert-kafka': createKafkaSource('upsert-kafka'),
    },
    sinks: {
      blackhole: blackholeSink,
      filesystem: filesystemSink,
      print: printSink,
      kafka: createKafkaSink('kafka'),
      'upsert-kafka': createKafkaSink('upsert-kafka'),
    },
  }
}

/** The way out of a thread to addresses that a tenant named. */
export function createDial(options: { readonly allowedAddresses: readonly string[] }): Dial {
  return createDialler(options)
}

export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  if (config.kind === 'fs') return createFsStore(config)
  // The S3 client is large; processes that keep checkpoints on disk never load it.
  const { openS3ObjectStore } = await import('./s3/s3-object-store.ts')
  return openS3ObjectStore(config)
}
