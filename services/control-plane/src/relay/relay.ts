import type { Clock, Logger } from '@millrace/kit'
import type { WakeUpKind, WakeUps } from '@millrace/queue'
import { claimOutbox, markOutboxSent, type OutboxRow, type Store } from '@millrace/store'

export interface RelayOptions {
  readonly store: Store
  readonly wakeUps: WakeUps
  readonly clock: Clock
  readonly log: Logger
}

const BATCH = 200
const CLAIM_MS = 30_000
/** How long the relay rests when there is nothing, unless it is nudged. */
const IDLE_MS = 1000

const KIND_OF: Readonly<Record<string, WakeUpKind>> = {
  'statement.changed': 'statement',
  'pool.changed': 'pool',
  'workspace.created': 'workspace',
  'workspace.changed': 'workspace',
  'connection.changed': 'connection',
}

/** Publishes one batch of the outbox as wake-ups. Returns how many rows it was. The transactions do not span the queue. */
export async function relayOnce(o: Pick<RelayOptions, 'store' | 'wakeUps' | 'clock'>): Promise<number> {
  const now = () => new Date(o.clock.now())
  const claimed = await o.store.withSystem((tx) => claimOutbox(tx, { limit: BATCH, now: now(), leaseMs: CLAIM_MS }))
  if (claimed.length === 0) return 0
  const sent: OutboxRow[] = []
  try {
    for (const row of claimed) {
      const kind = KIND_OF[row.topic]
      if (kind) await o.wakeUps.enqueue(kind, row.resource)
      sent.push(row)
    }
  } finally {
    await o.store.withSystem((tx) => markOutboxSent(tx, sent, now()))
  }
  return claimed.length
}

export interface Relay {
  /** There may be something: do not wait for the next look. */
  nudge(): void
  stop(): Promise<void>
}

/** Runs the relay until stopped. Any number of them may run; each row is published at least once. */
export function startRelay(options: RelayOptions): Relay {
  const stopping = new AbortController()
  let wake = new AbortController()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let published = 0
      try {
        published = await relayOnce(options)
      } catch (error) {
        options.log.warn({ err: error }, 'outbox relay will try again')
      }
      if (published === BATCH) continue
      if (!wake.signal.aborted) await options.clock.sleep(IDLE_MS, AbortSignal.any([wake.signal, stopping.signal]))
      wake = new AbortController()
    }
  }
  const done = run()
  return {
    nudge: () => wake.abort(),
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}
