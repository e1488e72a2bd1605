export type ExitReason = 'DRAINED' | 'EXITED' | 'KILLED' | 'OUT_OF_MEMORY'

export interface WorkerExit {
  readonly worker: string
  readonly reason: ExitReason
  readonly detail: string
}

/** Starts and ends the processes that workers run in. What runs in them is no business of its. */
export interface WorkerProvisioner {
  /** Starts the process of worker `uid`; it makes itself known by its first report. */
  start(uid: string): Promise<void>
  /** Watches a process that an earlier scheduler started. */
  adopt(uid: string, pid: number): void
  /** Ends the process at once, if it is still there. */
  kill(uid: string): void
  /** Whether the process is known to be there; undefined where that cannot be seen. */
  alive(uid: string): boolean | undefined
  onExit(listener: (exit: WorkerExit) => void): void
}
