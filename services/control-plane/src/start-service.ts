import type { Logger } from '@millrace/kit'
import type { WakeUps } from '@millrace/queue'
import { ensureRegion, maintainPartitions } from '@millrace/store'
import { buildApp, type Parts } from './app.ts'
import type { Context } from './context.ts'
import { type KafkaReadyOptions, provisionWorkspace, sweepWorkspaces } from './provisioning/kafka-ready.ts'
import { startRelay } from './relay/relay.ts'

export interface ServiceOptions {
  /** Everything but the nudge, which the relay of this process gives. */
  readonly context: Omit<Context, 'nudgeRelay'>
  readonly wakeUps: WakeUps
  readonly kafka: KafkaReadyOptions['kafka']
  readonly listen: { readonly host: string; readonly port: number }
  readonly parts: Parts
}

export interface RunningService {
  readonly address: string
  stop(): Promise<void>
}

const SWEEP_MS = 5000
const PARTITIONS_MS = 3_600_000

/** The API with its relay, provisioning and maintenance, or the data gateway alone; resolves when it listens. */
export function startService(o: ServiceOptions): Promise<RunningService> {
  return o.parts === 'all' ? startControlPlane(o) : startDataGateway(o)
}

async function startDataGateway(o: ServiceOptions): Promise<RunningService> {
  const app = await buildApp({ ...o.context, nudgeRelay: () => {} }, 'data-gateway')
  const address = await app.listen(o.listen)
  return {
    address,
    stop: async () => {
      await app.close()
      await o.wakeUps.close()
      await o.context.store.close()
    },
  }
}

async function startControlPlane(o: ServiceOptions): Promise<RunningService> {
  const { store, clock, log, random, settings, keys } = o.context
  const now = () => new Date(clock.now())
  await store.withSystem(async (tx) => {
    await maintainPartitions(tx, now())
    await ensureRegion(tx, {
      name: settings.region,
      displayName: settings.region,
      dataEndpoint: settings.dataEndpoint,
      now: now(),
    })
  })
  const relay = startRelay({ store, wakeUps: o.wakeUps, clock, log })
  const provisioning = { store, clock, log, random, master: keys.master, kafka: o.kafka }
  await o.wakeUps.consume('workspace', (uid) => provisionWorkspace(provisioning, uid))
  const stopping = new AbortController()
  const every = (ms: number, what: string, work: () => Promise<unknown>) =>
    repeat({ ms, what, work, clock, log, signal: stopping.signal })
  const loops = [
    every(SWEEP_MS, 'sweep of workspaces', () => sweepWorkspaces(provisioning)),
    every(PARTITIONS_MS, 'partition maintenance', () => store.withSystem((tx) => maintainPartitions(tx, now()))),
  ]
  const app = await buildApp({ ...o.context, nudgeRelay: () => relay.nudge() })
  const address = await app.listen(o.listen)
  return {
    address,
    stop: async () => {
      stopping.abort()
      await app.close()
      await relay.stop()
      await Promise.all(loops)
      await o.wakeUps.close()
      await store.close()
    },
  }
}

interface Repeat {
  readonly ms: number
  readonly what: string
  readonly work: () => Promise<unknown>
  readonly clock: Context['clock']
  readonly log: Logger
  readonly signal: AbortSignal
}

async function repeat(r: Repeat): Promise<void> {
  while (!r.signal.aborted) {
    await r.clock.sleep(r.ms, r.signal)
    if (r.signal.aborted) return
    await r.work().catch((error: unknown) => r.log.warn({ err: error }, `${r.what} will be tried again`))
  }
}
