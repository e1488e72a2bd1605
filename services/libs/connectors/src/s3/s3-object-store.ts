/** The object store on S3 (any server with conditional writes: If-Match and If-None-Match are probed at start). */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import {
  type ObjectStore,
  type ObjectStoreConfig,
  ObjectStoreError,
  type ObjectStoreMaintenance,
} from '@millrace/engine/objectstore'

type S3Config = Extract<ObjectStoreConfig, { kind: 's3' }>

const LIST_MAX = 1000

function failure(error: unknown, key: string): ObjectStoreError {
  const status = (error as S3ServiceException).$metadata?.httpStatusCode
  const kind = status === 401 || status === 403 ? 'DENIED' : status === 507 || status === 413 ? 'FULL' : 'UNREACHABLE'
  return new ObjectStoreError(kind, key, { cause: error })
}

const statusOf = (error: unknown): number | undefined => (error as S3ServiceException).$metadata?.httpStatusCode

class S3ObjectStore implements ObjectStore, ObjectStoreMaintenance {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string
  readonly maintenance: ObjectStoreMaintenance = this

  constructor(config: S3Config) {
    this.#client = new S3Client({
      region: config.region,
      maxAttempts: 3,
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint, forcePathStyle: true }),
      ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
    })
    this.#bucket = config.bucket
    this.#prefix = config.prefix === '' ? '' : `${config.prefix.replace(/\/$/, '')}/`
  }

  #name(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key }
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    try {
      await this.#client.send(new PutObjectCommand({ ...this.#name(key), Body: body }))
    } catch (error) {
      throw failure(error, key)
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.getVersioned(key))?.body
  }

  async getVersioned(key: string): Promise<{ readonly body: Uint8Array; readonly version: string } | undefined> {
    try {
      const answer = await this.#client.send(new GetObjectCommand(this.#name(key)))
      return { body: await answer.Body!.transformToByteArray(), version: answer.ETag ?? '' }
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw failure(error, key)
    }
  }

  async compareAndSet(key: string, body: Uint8Array, expected: string | undefined): Promise<boolean> {
    const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected }
    try {
      await this.#client.send(new PutObjectCommand({ ...this.#name(key), Body: body, ...condition }))
      return true
    } catch (error) {
      const status = statusOf(error)
      if (status === 412 || status === 409 || (status === 404 && expected !== undefined)) return false
      throw failure(error, key)
    }
  }

  async list(prefix: string, after?: string): Promise<readonly string[]> {
    try {
      const answer = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix + prefix,
          MaxKeys: LIST_MAX,
          ...(after === undefined ? {} : { StartAfter: this.#prefix + after }),
        }),
      )
      return (answer.Contents ?? []).map((o) => o.Key!.slice(this.#prefix.length))
    } catch (error) {
      throw failure(error, prefix)
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let i = 0; i < keys.length; i += LIST_MAX) {
      const Objects = keys.slice(i, i + LIST_MAX).map((key) => ({ Key: this.#prefix + key }))
      try {
        await this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }))
      } catch (error) {
        throw failure(error, keys[i]!)
      }
    }
  }
}

/** Refuses a server that ignores conditional writes: with it two owners could both move CURRENT. */
export async function openS3ObjectStore(config: S3Config): Promise<ObjectStore> {
  const store = new S3ObjectStore(config)
  const probe = '.probe/conditional-writes'
  await store.put(probe, new Uint8Array([1]))
  if (await store.compareAndSet(probe, new Uint8Array([2]), undefined)) {
    throw new ObjectStoreError('DENIED', probe, {
      cause: new Error('the server ignores If-None-Match; checkpoints need conditional writes'),
    })
  }
  await store.delete([probe])
  return store
}
