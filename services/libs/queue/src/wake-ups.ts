import type { Logger } from '@millrace/kit'
import { createPostgresBackend, Queue, type QueueOptions, Worker, withBackend } from 'bullmq'

/** What can be woken. A wake-up says "look at this uid"; what there is to do is read from the tables. */
export const WAKE_UP_KINDS = ['statement', 'pool', 'workspace', 'connection'] as const
export type WakeUpKind = (typeof WAKE_UP_KINDS)[number]

export type WakeUpHandler = (uid: string) => Promise<void>

/**
 * Wake-ups only shorten the wait for the next sweep. They are deduplicated by uid: many enqueues while one waits are one, and one
 * that comes while its uid is being handled runs once more afterwards. Any may be lost, so handlers are idempotent and never alone.
 */
export interface WakeUps {
  enqueue(kind: WakeUpKind, uid: string): Promise<void>
  consume(kind: WakeUpKind, handler: WakeUpHandler): Promise<void>
  close(): Promise<void>
}

export interface WakeUpOptions {
  /** `postgres://…` as the role bullmq (embedded mode), or `redis://…`. */
  readonly url: string
  readonly log: Logger
  /** Connections to Postgres that the queues of this process share for their queries. */
  readonly poolSize: number
  /** How many uids of a kind are handled at once. */
  readonly concurrency: number
  /** Fault flag: enqueue does nothing, so that only sweeps find work. */
  readonly dropWakeUps: boolean
}

interface JobData {
  readonly uid: string
}

interface Backend {
  openQueue(name: string): Queue<JobData>
  openWorker(name: string, handler: WakeUpHandler): Worker<JobData>
  end(): Promise<void>
}

/** Makes or upgrades the queue's tables. Direct connection, once at installation; runs under the library's own lock. */
export async function migrateQueue(url: string): Promise<void> {
  if (!isPostgres(url)) return
  const { Queue: PgQueue } = withBackend(createPostgresBackend)
  const queue = new PgQueue('migrate', { connection: { connectionString: url, migrate: true, max: 1 } })
  await queue.waitUntilReady()
  await queue.close()
}

export function openWakeUps(options: WakeUpOptions): WakeUps {
  const backend = isPostgres(options.url) ? postgresBackend(options) : redisBackend(options)
  const queues = new Map<WakeUpKind, Queue<JobData>>()
  const workers: Worker<JobData>[] = []
  const onError = (kind: WakeUpKind) => (error: Error) => options.log.warn({ kind, err: error }, 'wake-up queue error')
  const queueOf = (kind: WakeUpKind): Queue<JobData> => {
    const known = queues.get(kind)
    if (known) return known
    const queue = backend.openQueue(`wake-${kind}`)
    queue.on('error', onError(kind))
    queues.set(kind, queue)
    return queue
  }
  return {
    enqueue: async (kind, uid) => {
      if (options.dropWakeUps) return
      await queueOf(kind).add(
        kind,
        { uid },
        { deduplication: { id: uid, keepLastIfActive: true }, removeOnComplete: true, removeOnFail: true },
      )
    },
    consume: async (kind, handler) => {
      const worker = backend.openWorker(`wake-${kind}`, handler)
      worker.on('error', onError(kind))
      worker.on('failed', (job, error) =>
        options.log.warn({ kind, uid: job?.data.uid, err: error }, 'wake-up handler failed; the sweep will retry'),
      )
      workers.push(worker)
      await worker.waitUntilReady()
    },
    close: async () => {
      await Promise.allSettled(workers.map((w) => w.close()))
      await Promise.allSettled([...queues.values()].map((q) => q.close()))
      await backend.end()
    },
  }
}

const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url)

function postgresBackend(options: WakeUpOptions): Backend {
  const classes = withBackend(createPostgresBackend)
  const connection = {
    connectionString: options.url,
    max: options.poolSize,
    application_name: 'millrace-queue',
    skipMigrations: true,
  }
  return {
    openQueue: (name) => new classes.Queue<JobData>(name, { connection }) as unknown as Queue<JobData>,
    openWorker: (name, handler) =>
      new classes.Worker<JobData>(name, (job) => handler(job.data.uid), {
        connection,
        concurrency: options.concurrency,
      }) as unknown as Worker<JobData>,
    end: async () => {},
  }
}

function redisBackend(options: WakeUpOptions): Backend {
  const connection = { url: options.url } as QueueOptions['connection']
  return {
    openQueue: (name) => new Queue<JobData>(name, { connection }),
    openWorker: (name, handler) =>
      new Worker<JobData>(name, (job) => handler(job.data.uid), { connection, concurrency: options.concurrency }),
    end: async () => {},
  }
}
