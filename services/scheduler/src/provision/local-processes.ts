import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'
import type { ExitReason, WorkerExit, WorkerProvisioner } from './worker-provisioner.ts'

export interface LocalProcessesOptions {
  /** The worker's main.ts. */
  readonly entry: string
  /** The whole environment of worker `uid`: nothing is inherited. */
  readonly environment: (uid: string) => Readonly<Record<string, string>>
  readonly nodeFlags: readonly string[]
  readonly logsFolder: string
}

const WATCH_MS = 250
const TAIL_BYTES = 16_384

/**
 * Workers as child processes of this host. They are detached: the scheduler's end is not theirs, and its successor adopts them by
 * their pid. One OS user for all: the isolation between tenants is the process and its environment, no more.
 */
export function localProcesses(options: LocalProcessesOptions): WorkerProvisioner {
  const pids = new Map<string, number>()
  const listeners: ((exit: WorkerExit) => void)[] = []
  const logOf = (uid: string) => path.join(options.logsFolder, `worker-${uid}.log`)
  const gone = (uid: string, exit: { readonly code: number | null; readonly signal: string | null }) => {
    if (!pids.delete(uid)) return
    const verdict = judgeExit(exit, tailOf(logOf(uid)))
    for (const listener of listeners) listener({ worker: uid, ...verdict })
  }
  const watch = (uid: string, pid: number) => {
    const timer = setInterval(() => {
      if (pids.get(uid) !== pid) clearInterval(timer)
      else if (!isWorker(pid, uid)) {
        clearInterval(timer)
        gone(uid, { code: null, signal: null })
      }
    }, WATCH_MS)
    timer.unref()
  }
  return {
    start: async (uid) => {
      mkdirSync(options.logsFolder, { recursive: true })
      const child = launch(options, uid, logOf(uid))
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', reject)
      })
      pids.set(uid, child.pid!)
      child.once('exit', (code, signal) => gone(uid, { code, signal }))
      child.unref()
    },
    adopt: (uid, pid) => {
      if (pids.has(uid) || !isWorker(pid, uid)) return
      pids.set(uid, pid)
      watch(uid, pid)
    },
    kill: (uid) => {
      const pid = pids.get(uid)
      if (pid === undefined) return
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already: its exit is being noticed.
      }
    },
    alive: (uid) => {
      const pid = pids.get(uid)
      return pid === undefined ? undefined : isWorker(pid, uid)
    },
    onExit: (listener) => listeners.push(listener),
  }
}

function launch(options: LocalProcessesOptions, uid: string, log: string): ChildProcess {
  const out = openSync(log, 'a')
  try {
    return spawn(process.execPath, [...options.nodeFlags, options.entry, `--worker=${uid}`], {
      env: options.environment(uid),
      stdio: ['ignore', out, out],
      detached: true,
      cwd: path.dirname(options.entry),
    })
  } finally {
    closeSync(out)
  }
}

/** Whether `pid` is still the process of worker `uid`: a number that was given to another process does not count. */
function isWorker(pid: number, uid: string): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const facts = `/proc/${pid}`
  if (!existsSync('/proc/self/cmdline')) return true
  try {
    const state = readFileSync(`${facts}/stat`, 'utf8').split(') ')[1]?.[0]
    return state !== 'Z' && readFileSync(`${facts}/cmdline`, 'utf8').includes(uid)
  } catch {
    return false
  }
}

function tailOf(file: string): string {
  try {
    const fd = openSync(file, 'r')
    try {
      const { size } = fstatSync(fd)
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
      readSync(fd, buffer, 0, buffer.length, size - buffer.length)
      return buffer.toString('utf8')
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
}

/** What ended a worker. V8 out of memory aborts (SIGABRT, 134) and says so in its last lines. */
export function judgeExit(
  exit: { readonly code: number | null; readonly signal: string | null },
  tail: string,
): { readonly reason: ExitReason; readonly detail: string } {
  const detail = exit.signal ? `signal ${exit.signal}` : exit.code === null ? 'the process is gone' : `exit code ${exit.code}`
  if (/heap out of memory|Reached heap limit|ERR_WORKER_OUT_OF_MEMORY|FATAL ERROR:.*memory/i.test(tail)) {
    return { reason: 'OUT_OF_MEMORY', detail }
  }
  if (exit.code === 0) return { reason: 'DRAINED', detail }
  return { reason: exit.signal === 'SIGKILL' || exit.code === null ? 'KILLED' : 'EXITED', detail }
}
