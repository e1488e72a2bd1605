import type { Logger } from '@millrace/kit'
import type { WakeUps } from '@millrace/queue'
import { type MaintainOptions, maintain } from './loop/maintain.ts'
import type { LoopParts } from './loop/parts.ts'
import { SchedulerLoop } from './loop/scheduler-loop.ts'
import { type InternalServerOptions, internalServer } from './server/internal-server.ts'

export interface SchedulerParts {
  readonly loop: LoopParts
  readonly server: Omit<InternalServerOptions, 'reports'> & { readonly reports: Omit<InternalServerOptions['reports'], 'poke'> }
  readonly listen: { readonly host: string; readonly port: number }
  /** null: sweeps alone find work. */
  readonly wakeUps: WakeUps | null
  readonly log: Logger
}

export interface RunningScheduler {
  /** Base URL of the internal port. */
  readonly url: string
  /** There is something to look at before the next sweep. */
  poke(): void
  /** Stops looking; workers go on untouched and are adopted by the next scheduler. */
  stop(): Promise<void>
  /** Stops every run with a checkpoint, ends every worker, then stops. */
  drain(timeoutMs: number): Promise<void>
}

export async function startScheduler(parts: SchedulerParts): Promise<RunningScheduler> {
  const stopping = new AbortController()
  const loop = new SchedulerLoop(parts.loop)
  const server = internalServer({ ...parts.server, reports: { ...parts.server.reports, poke: () => loop.poke() } })
  const url = await server.listen(parts.listen)
  // The queue may be away: sweeps find the same work, so nothing waits for it.
  if (parts.wakeUps) {
    void listenForWakeUps(parts.wakeUps, loop).catch((error: unknown) =>
      parts.log.warn({ err: error }, 'no wake-ups; sweeps alone find work'),
    )
  }
  const running = loop.run(stopping.signal)
  const options: MaintainOptions = { store: parts.loop.store, clock: parts.loop.clock, log: parts.log }
  const maintaining = maintain(options, stopping.signal)
  const stop = async () => {
    stopping.abort()
    loop.poke()
    await Promise.all([running, maintaining])
    await server.close()
    await parts.wakeUps?.close()
  }
  return {
    url,
    poke: () => loop.poke(),
    stop,
    drain: async (timeoutMs) => {
      await loop.drain(timeoutMs)
      await stop()
    },
  }
}

/** A wake-up only says where to look: the tick that it brings forward looks everywhere. */
async function listenForWakeUps(wakeUps: WakeUps, loop: SchedulerLoop): Promise<void> {
  await wakeUps.consume('statement', async () => loop.poke())
  await wakeUps.consume('pool', async () => loop.poke())
}
