import type { RunnableStatement } from '@millrace/store'

/** A finished query's rows stay readable on its worker for this long, without a slot. */
export const RESULTS_KEPT_MS = 600_000

/** A foreground query, whose rows are read from its worker. */
export const isQuery = (s: RunnableStatement): boolean =>
  !/^(INSERT|EXECUTE|STATEMENT|CREATE)/i.test(String(s.traits['sql_kind'] ?? 'INSERT'))

/** What only this process knows of workers: when it last heard of each, by its own clock, and how long each has been idle. */
export class WorkerRoster {
  readonly #heard = new Map<string, number>()
  readonly #pids = new Map<string, number>()
  readonly #idleSince = new Map<string, number>()
  readonly #changedAt = new Map<string, number>()
  readonly #keepUntil = new Map<string, number>()
  readonly #slots = new Map<string, string>()

  heard(uid: string, report: { readonly pid: number; readonly atMs: number }): void {
    this.#heard.set(uid, report.atMs)
    this.#pids.set(uid, report.pid)
  }

  /** Monotonic time of the last report; undefined when none came since this process began. */
  lastHeard(uid: string): number | undefined {
    return this.#heard.get(uid)
  }

  pidOf(uid: string): number | undefined {
    return this.#pids.get(uid)
  }

  /** Results of a finished query stay readable on the worker until `untilMs`. */
  keep(uid: string, untilMs: number): void {
    this.#keepUntil.set(uid, untilMs)
  }

  /** Notes which slots each worker holds now and forgets workers that are gone. `slots` names them in any stable way. */
  observe(workers: ReadonlyMap<string, readonly string[]>, nowMs: number): void {
    for (const map of [this.#heard, this.#pids, this.#idleSince, this.#changedAt, this.#keepUntil, this.#slots]) {
      for (const uid of map.keys()) if (!workers.has(uid)) map.delete(uid)
    }
    for (const [uid, slots] of workers) {
      const mark = [...slots].sort().join(' ')
      if (this.#slots.get(uid) !== mark) this.#changedAt.set(uid, nowMs)
      this.#slots.set(uid, mark)
      if (slots.length > 0) this.#idleSince.delete(uid)
      else if (!this.#idleSince.has(uid)) this.#idleSince.set(uid, nowMs)
    }
  }

  idleSince(uid: string): number | null {
    return this.#idleSince.get(uid) ?? null
  }

  lastChange(uid: string): number {
    return this.#changedAt.get(uid) ?? 0
  }

  keepUntil(uid: string): number {
    return this.#keepUntil.get(uid) ?? 0
  }
}
