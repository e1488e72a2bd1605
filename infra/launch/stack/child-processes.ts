/** Processes of the stack: each with a log file and a record of its pid, restarted with back-off when one ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

export interface ProcessSpec {
  readonly name: string
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
  /** How it is asked to end. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT'
}

export interface ManagedProcess {
  readonly name: string
  pid(): number | undefined
  /** Asks it to end and waits; kills it after `graceMs`. It is not restarted. */
  stop(graceMs: number, signal?: NodeJS.Signals): Promise<void>
  /** Ends it hard, as a crash does; it is restarted unless `stay` is set. */
  kill(options: { readonly stay: boolean }): Promise<void>
  start(): void
}

const RESTART_MS = [200, 500, 1000, 2000, 5000]

export interface ProcessSurroundings {
  readonly root: string
  readonly logs: string
  /** Records pid by name, so that the next start can end what a killed start left behind. */
  readonly pids: PidFile
  readonly onRestart: (name: string, reason: string) => void
}

export function manageProcess(spec: ProcessSpec, { root, logs, pids, onRestart }: ProcessSurroundings): ManagedProcess {
  let child: ChildProcess | undefined
  let stopping = false
  let restarts = 0
  const ended = (of: ChildProcess) => of.exitCode !== null || of.signalCode !== null
  const start = (): void => {
    if (child && !ended(child)) return
    stopping = false
    const log = fs.openSync(path.join(logs, `${spec.name}.log`), 'a')
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(root, spec.entry)], {
      cwd: root,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        // Stripped and compiled modules are kept: the next start of a service, a worker or a thread loads in a fraction of the time.
        NODE_COMPILE_CACHE: path.join(root, '.tools', 'compile-cache'),
        ...spec.env,
      },
      stdio: ['ignore', log, log],
    })
    fs.closeSync(log)
    child = started
    pids.set(spec.name, started.pid)
    const since = Date.now()
    started.on('exit', (code, signal) => {
      if (stopping || child !== started) return
      if (Date.now() - since > 30_000) restarts = 0
      onRestart(spec.name, signal ?? `exit ${code}`)
      setTimeout(() => !stopping && start(), RESTART_MS[Math.min(restarts++, RESTART_MS.length - 1)])
    })
  }
  const gone = (of: ChildProcess): Promise<void> =>
    ended(of) ? Promise.resolve() : new Promise((resolve) => of.once('exit', () => resolve()))
  return {
    name: spec.name,
    start,
    pid: () => child?.pid,
    stop: async (graceMs, signal = spec.stopSignal) => {
      stopping = true
      if (!child || ended(child)) return
      child.kill(signal)
      const timer = setTimeout(() => child?.kill('SIGKILL'), graceMs)
      await gone(child)
      clearTimeout(timer)
      pids.set(spec.name, undefined)
    },
    kill: async ({ stay }) => {
      stopping = stay
      const target = child
      if (!target || ended(target)) return
      target.kill('SIGKILL')
      await gone(target)
    },
  }
}

/** Pids of the running stack on disk. */
export class PidFile {
  readonly #file: string
  #pids: Record<string, number> = {}
  constructor(file: string) {
    this.#file = file
  }

  set(name: string, pid: number | undefined): void {
    if (pid === undefined) delete this.#pids[name]
    else this.#pids[name] = pid
    fs.writeFileSync(this.#file, JSON.stringify(this.#pids))
  }

  clear(): void {
    fs.rmSync(this.#file, { force: true })
  }

  /** Pids that an earlier start left and that still run Millrace's processes. */
  static left(file: string): { name: string; pid: number }[] {
    if (!fs.existsSync(file)) return []
    const pids = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, number>
    return Object.entries(pids)
      .map(([name, pid]) => ({ name, pid }))
      .filter(({ pid }) => /node|java|postgres/.test(commandOf(pid)))
  }
}

function commandOf(pid: number): string {
  try {
    process.kill(pid, 0)
    return fs.existsSync(`/proc/${pid}/cmdline`) ? fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') : 'node'
  } catch {
    return ''
  }
}
