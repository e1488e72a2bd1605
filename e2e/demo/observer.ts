/**
 * What the demo sees of the workers from outside: processes of this stack by their environment, each one's read port by its listening
 * socket, slots by GET /status every 250 ms. No code and no table of the product's metering is used.
 */
import fs from 'node:fs'

const POLL_MS = 250
const SCAN_MS = 500

export interface Slot {
  readonly statement_version: string
  readonly epoch: number
  readonly cu: number
  readonly parallelism: number
  readonly state: string
  readonly granted_at_ms: number
}

interface Status {
  readonly worker: string
  readonly pid: number
  readonly last_report_at_ms: number | null
  readonly slots: readonly Slot[]
}

interface Held {
  readonly slot: Slot
  readonly from: number
  lastSeen: number
  lastReport: number
  until: number | null
}

export interface WorkerProcess {
  readonly pid: number
  readonly port: number
}

export class WorkerObserver {
  readonly #schedulerUrl: string
  readonly #held = new Map<string, Held>()
  readonly #stop = new AbortController()
  #workers: WorkerProcess[] = []
  #alive = new Set<number>()
  readonly #slotsOf = new Map<number, Slot[]>()
  #cpu = new Map<number, number>()
  workersMax = 0
  #loop: Promise<void> | undefined

  constructor(schedulerUrl: string) {
    this.#schedulerUrl = schedulerUrl
  }

  start(): void {
    this.#loop = this.#run()
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    let scanned = 0
    while (!this.#stop.signal.aborted) {
      const started = Date.now()
      if (started - scanned >= SCAN_MS) {
        this.#scan()
        scanned = started
      }
      await Promise.all(this.#workers.map((worker) => this.#look(worker)))
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, POLL_MS - (Date.now() - started))))
    }
  }

  #scan(): void {
    const pids = workerPids(this.#schedulerUrl)
    this.#alive = new Set(pids)
    for (const { pid } of this.#workers) if (!this.#alive.has(pid)) this.#died(pid)
    this.#workers = pids.flatMap((pid) => {
      const cpu = cpuSeconds(pid)
      if (cpu !== undefined) this.#cpu.set(pid, cpu)
      const known = this.#workers.find((w) => w.pid === pid)
      const port = known?.port ?? listeningPort(pid)
      return port === undefined ? [] : [{ pid, port }]
    })
    this.workersMax = Math.max(this.workersMax, this.busyWorkers().length)
  }

  /** A killed worker's intervals end at its last report. */
  #died(pid: number): void {
    for (const [key, held] of this.#held) {
      if (key.startsWith(`${pid}/`) && held.until === null) held.until = held.lastReport
    }
    this.#slotsOf.delete(pid)
  }

  async #look({ pid, port }: WorkerProcess): Promise<void> {
    const status = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(2000) })
      .then((answer) => answer.json() as Promise<Status>)
      .catch(() => undefined)
    if (!status) return
    const now = Date.now()
    const present = new Set<string>()
    for (const slot of status.slots) {
      const key = `${pid}/${slot.statement_version}/${slot.epoch}`
      present.add(key)
      const held = this.#held.get(key) ?? { slot, from: slot.granted_at_ms, lastSeen: now, lastReport: now, until: null }
      held.lastSeen = now
      held.lastReport = status.last_report_at_ms ?? held.lastReport
      this.#held.set(key, held)
    }
    for (const [key, held] of this.#held) {
      // Gone since the last look: it ended somewhere between the two.
      if (key.startsWith(`${pid}/`) && held.until === null && !present.has(key)) held.until = (held.lastSeen + now) / 2
    }
    this.#slotsOf.set(pid, [...status.slots])
  }

  busyWorkers(): WorkerProcess[] {
    return this.#workers.filter((w) => (this.#slotsOf.get(w.pid)?.length ?? 0) > 0)
  }

  slotsOf(pid: number): readonly Slot[] {
    return this.#slotsOf.get(pid) ?? []
  }

  /** Sum over slots of CU × seconds held. */
  cuSeconds(): number {
    let sum = 0
    for (const { slot, from, lastSeen, until } of this.#held.values()) sum += slot.cu * Math.max(0, (until ?? lastSeen) - from)
    return sum / 1000
  }

  /** CPU seconds of all worker processes that were seen, dead ones included. */
  cpuSeconds(): number {
    return [...this.#cpu.values()].reduce((sum, seconds) => sum + seconds, 0)
  }
}

function readOr(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** Worker processes of this stack: their environment names its scheduler. */
function workerPids(schedulerUrl: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOr(`/proc/${pid}/cmdline`).includes('services/worker/src/main.ts'))
    .filter((pid) => readOr(`/proc/${pid}/environ`).split('\0').includes(`MILLRACE_SCHEDULER_URL=${schedulerUrl}`))
    .filter((pid) => !/\nState:\s+Z/.test(readOr(`/proc/${pid}/status`)))
    .map(Number)
}

/** The TCP port that a process listens on, by the inodes of its sockets. */
function listeningPort(pid: number): number | undefined {
  const inodes = new Set<string>()
  try {
    for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
      const target = fs.readlinkSync(`/proc/${pid}/fd/${fd}`)
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode !== undefined) inodes.add(inode)
    }
  } catch {
    return undefined
  }
  for (const line of readOr('/proc/net/tcp').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    if (fields[3] === '0A' && inodes.has(fields[9] ?? '')) return Number.parseInt(fields[1]!.split(':')[1]!, 16)
  }
  return undefined
}

const TICKS_PER_SECOND = 100

function cpuSeconds(pid: number): number | undefined {
  const stat = readOr(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.length < 13 ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
