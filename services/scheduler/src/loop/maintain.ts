import type { Clock, Logger } from '@millrace/kit'
import { maintainPartitions, type Store } from '@millrace/store'

export interface MaintainOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
}

const EVERY_MS = 3_600_000
const RETRY_MS = 30_000

/** Makes the coming days' partitions and drops those past their retention: at start and each hour. */
export async function maintain({ store, clock, log }: MaintainOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let restMs = EVERY_MS
    try {
      const { made, dropped } = await store.withSystem((tx) => maintainPartitions(tx, new Date(clock.now())))
      if (made + dropped > 0) log.info({ made, dropped }, 'partitions maintained')
    } catch (error) {
      log.warn({ err: error }, 'partitions could not be maintained')
      restMs = RETRY_MS
    }
    await clock.sleep(restMs, signal)
  }
}
