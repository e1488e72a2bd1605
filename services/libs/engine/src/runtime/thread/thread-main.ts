/** Entry of a job's worker thread: makes its parts from `workerData`, then works turn by turn until it is told to close. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { must } from '@millrace/kit'
import { SnapshotReader } from '../../checkpoint/snapshot-reader.ts'
import type { ConnectorModule } from '../../connector/registry.ts'
import { connectorContext, openStore } from '../connector-context.ts'
import type { FramePipe } from '../exchange/frame-pipe.ts'
import { createLocalPipe } from '../exchange/local-pipe.ts'
import { SharedRing } from '../exchange/shared-ring.ts'
import { failureOf } from '../job-failure.ts'
import { buildJobGraph } from '../job-graph.ts'
import { keyGroupRange } from '../key-group.ts'
import type { OperatorModule } from '../operator-module.ts'
import { systemAmbience } from '../system-ambience.ts'
import { channelBytes } from '../thread-memory.ts'
import { DutyCycle } from './duty-cycle.ts'
import { TaskThread } from './task-thread.ts'
import { type FromThread, ringKey, type ThreadInit, type ToThread } from './thread-messages.ts'
import { ThreadSignal } from './thread-signal.ts'
import { StateBudget, ThreadStats } from './thread-stats.ts'

/** A turn ends after so much work, so that sockets and messages get their chance. */
const TURN_MS = 2
const SLEEP_MS_MAX = 250
const PUBLISH_MS = 250

const port = must(parentPort, 'parent port')
const init = workerData as ThreadInit
const post = (message: FromThread): void => port.postMessage(message)
const stats = new ThreadStats(init.memory.stats)
const { clock, random } = systemAmbience()
const signal = new ThreadSignal(init.memory.signals, init.thread)
const cpuUs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** A ring to or from another thread; a queue where both ends are here. */
function pipes(): (edge: number, from: number, to: number) => FramePipe {
  const local = new Map<string, FramePipe>()
  return (edge, from, to) => {
    const key = ringKey(edge, from, to)
    const memory = init.memory.rings[key]
    if (memory === undefined) {
      const pipe = local.get(key) ?? createLocalPipe(channelBytes(init.parallelism))
      local.set(key, pipe)
      return pipe
    }
    const [writer, reader] = [new ThreadSignal(init.memory.signals, from), new ThreadSignal(init.memory.signals, to)]
    return new SharedRing(memory, { onWritten: () => reader.raise(), onRead: () => writer.raise() })
  }
}

async function build(): Promise<TaskThread> {
  const connectors = (await import(init.connectorModule)) as ConnectorModule
  const operators = (await import(init.operatorModule)) as OperatorModule
  const graph = buildJobGraph(init.plan, init.parallelism, init.writers)
  const store = await openStore(connectors, init.store)
  const owned = new Map<string, { first: number; last: number }>()
  for (const fragment of graph.fragments) {
    if (init.thread >= fragment.parallelism) continue
    const range = keyGroupRange(init.thread, fragment.parallelism, init.plan.keyGroups)
    for (const op of fragment.operators) owned.set(op.id, range)
  }
  const restore =
    init.restore &&
    (await SnapshotReader.load(init.restore, store, ({ operator, keyGroup }) => {
      const range = owned.get(operator)
      return range !== undefined && (keyGroup < 0 || (keyGroup >= range.first && keyGroup <= range.last))
    }))
  return new TaskThread({
    thread: init.thread,
    plan: init.plan,
    graph,
    writers: init.writers,
    registry: connectors.createRegistry(),
    operators,
    stats,
    budget: new StateBudget(init.memory.stateBytes, init.stateLimitBytes),
    pipe: pipes(),
    readings: { nowMs: clock.now(), random },
    context: (subtask, parallelism) =>
      connectorContext(connectors, {
        place: init.place,
        allowedAddresses: init.allowedAddresses,
        config: init.plan.config,
        subtask,
        parallelism,
        log: (level, message) => post({ kind: 'log', level, message }),
        print: (line) => post({ kind: 'print', line }),
        count: (by) => stats.add('errorsIgnored', by),
        clock,
        random,
      }),
    restore,
    splits: init.splits,
    transaction: init.transaction,
    store,
    post,
    wake: () => signal.raise(),
  })
}

let closing = false

async function work(task: TaskThread): Promise<void> {
  const duty = init.share === null ? null : new DutyCycle(init.share, performance.now(), cpuUs() / 1000)
  let publishedMs = 0
  while (!closing) {
    const seen = signal.current()
    const now = clock.now()
    const startMs = performance.now()
    const startUs = cpuUs()
    const worked = task.turn(now, () => performance.now() - startMs > TURN_MS)
    const endUs = cpuUs()
    stats.set('cpuUs', endUs)
    if (worked) stats.add('usefulUs', endUs - startUs)
    if (now - publishedMs >= PUBLISH_MS) {
      publishedMs = now
      task.publish()
    }
    const debtMs = duty?.sleepMs(performance.now(), endUs / 1000) ?? 0
    if (debtMs > 0) await clock.sleep(debtMs)
    else if (worked) await nextTurn()
    else {
      task.arm()
      const deadline = task.nextDeadline()
      const sleepMs = deadline === null ? SLEEP_MS_MAX : Math.min(SLEEP_MS_MAX, Math.max(1, deadline - clock.now()))
      await signal.wait(seen, sleepMs)
    }
  }
}

async function main(): Promise<void> {
  const task = await build()
  port.on('message', (message: ToThread) => {
    if (message.kind === 'close') closing = true
    else task.handle(message)
    signal.raise()
  })
  post({ kind: 'ready' })
  await work(task)
  await task.close()
  task.publish()
  stats.set('cpuUs', cpuUs())
  post({ kind: 'closed' })
  port.close()
}

main().catch((error: unknown) => post({ kind: 'failed', failure: failureOf(error) }))
