import type { Clock, Logger } from '@millrace/kit'
import { MillraceError } from '@millrace/protocol'
import type { StartJob } from './jobs/hosted-job.ts'
import { JobHost } from './jobs/job-host.ts'
import type { JobSetting } from './jobs/job-options.ts'
import { readPort } from './read-port/read-port.ts'
import { Reporter } from './report/reporter.ts'
import type { SchedulerClient } from './report/scheduler-client.ts'

export interface WorkerParts {
  readonly uid: string
  readonly incarnation: string
  readonly pid: number
  readonly client: SchedulerClient
  readonly startJob: StartJob
  readonly setting: JobSetting
  readonly read: { readonly host: string; readonly port: number }
  readonly usage: () => { readonly rss_bytes: number; readonly cpu_us: number }
  readonly clock: Clock
  readonly log: Logger
}

export interface RunningWorker {
  readonly readUrl: string
  /** Stops every run with a checkpoint, lets the scheduler know, and ends. */
  drain(): Promise<void>
  /** Resolves when the worker has ended: drained, or told to by the scheduler. */
  readonly ended: Promise<void>
}

/** How often a confirmation is asked again while nobody answers, and how long a drained worker waits for its slots to be taken back. */
const CONFIRM_RETRY_MS = 500
const LET_GO_MS = 5000

/** Opens the read port and reports until the end. The parts are constructed by main.ts. */
export async function startWorker(parts: WorkerParts): Promise<RunningWorker> {
  const { clock, client, log } = parts
  const stop = new AbortController()
  const host = new JobHost({
    startJob: parts.startJob,
    setting: parts.setting,
    confirm: (version, epoch) => confirm(parts, { version, epoch, signal: stop.signal }),
    clock,
    log,
    changed: () => reporter.nudge(),
  })
  const port = readPort({ host, worker: parts, lastReportMs: () => reporter.lastReportMs })
  const readUrl = await port.listen(parts.read)
  const identity = {
    uid: parts.uid,
    incarnation: parts.incarnation,
    started_at_ms: clock.now(),
    read_url: readUrl,
    pid: parts.pid,
  }
  const reporter: Reporter = new Reporter({
    host,
    send: (report) => client.report(report),
    identity,
    usage: parts.usage,
    clock,
    log,
  })
  const reporting = reporter.run(stop.signal)
  const ended = reporting.then(async (why) => {
    log.info({ why }, 'the worker ends')
    await host.drain()
    stop.abort()
    await port.close()
    client.close()
  })
  return {
    readUrl,
    ended,
    drain: async () => {
      log.info({}, 'draining')
      reporter.setDraining()
      await host.drain()
      reporter.nudge()
      const deadline = clock.monotonic() + LET_GO_MS
      while (host.jobs.length > 0 && clock.monotonic() < deadline && !stop.signal.aborted) await clock.sleep(50)
      stop.abort()
      await ended
    },
  }
}

/** Asks until somebody can say: a run must not begin on a guess. */
async function confirm(
  { client, clock, log }: WorkerParts,
  ask: { readonly version: string; readonly epoch: number; readonly signal: AbortSignal },
): Promise<boolean> {
  for (let attempt = 1; !ask.signal.aborted; attempt++) {
    try {
      return await client.confirm(ask.version, ask.epoch)
    } catch (error) {
      if (attempt === 1) log.warn({ version: ask.version, epoch: ask.epoch, err: error }, 'the epoch cannot be confirmed yet')
      await clock.sleep(CONFIRM_RETRY_MS, ask.signal)
    }
  }
  throw new MillraceError('INTERNAL', { detail: 'the worker ended before its epoch was confirmed' })
}
