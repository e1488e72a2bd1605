/** The worker threads of one run of a job. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '@millrace/kit'
import type { JobFailure } from '../job.ts'
import { failureOf } from '../job-failure.ts'
import type { FromThread, ThreadInit, ToThread } from '../thread/thread-messages.ts'
import { ThreadStats } from '../thread/thread-stats.ts'

const CLOSE_MS_MAX = 5_000

export interface ThreadGroupEvents {
  readonly onMessage: (thread: number, message: FromThread) => void
  /** The thread is gone without having been asked to close. */
  readonly onLost: (thread: number, failure: JobFailure) => void
}

export class ThreadGroup {
  readonly stats: readonly ThreadStats[]
  readonly #workers: readonly Worker[]
  readonly #clock: Clock
  readonly #exited: readonly Promise<void>[]
  #closing = false

  constructor(inits: readonly ThreadInit[], events: ThreadGroupEvents, clock: Clock) {
    this.#clock = clock
    this.stats = inits.map((init) => new ThreadStats(init.memory.stats))
    this.#workers = inits.map(
      (init) =>
        new Worker(new URL('../thread/thread-main.ts', import.meta.url), {
          workerData: init,
          name: `task-${init.thread}`,
          env: {},
          // A profile of the process covers its threads; other flags stay with the process.
          execArgv: process.execArgv.filter((flag) => flag.startsWith('--cpu-prof')),
        }),
    )
    this.#exited = this.#workers.map((worker, thread) => {
      let failure: JobFailure | null = null
      worker.on('message', (message: FromThread) => events.onMessage(thread, message))
      worker.on('error', (error: Error & { code?: string }) => {
        const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        failure = outOfMemory ? { code: 'WORKER_OUT_OF_MEMORY', message: error.message } : failureOf(error)
      })
      return new Promise<void>((resolve) => {
        worker.on('exit', (code) => {
          resolve()
          if (!this.#closing)
            events.onLost(thread, failure ?? { code: 'INTERNAL', message: `task thread ${thread} exited with ${code}` })
        })
      })
    })
  }

  post(thread: number, message: ToThread): void {
    this.#workers[thread]?.postMessage(message)
  }

  /** Lets threads close readers and writers; those that do not are ended. */
  async close(): Promise<void> {
    this.#closing = true
    for (const worker of this.#workers) worker.postMessage({ kind: 'close' } satisfies ToThread)
    const over = new AbortController()
    await Promise.race([Promise.all(this.#exited), this.#clock.sleep(CLOSE_MS_MAX, over.signal)])
    over.abort()
    await this.terminate()
  }

  /** Ends the threads where they stand: what they hold is lost, which is the point. */
  async terminate(): Promise<void> {
    this.#closing = true
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
