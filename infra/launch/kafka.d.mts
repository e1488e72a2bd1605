import type { ChildProcess } from 'node:child_process'

export const KAFKA_VERSION: string
export function missingForKafka(toolsDir: string): string[]
export function ensureKafka(options: {
  toolsDir: string
  wrap?: (text: string, action: () => Promise<void>) => Promise<void>
}): Promise<string>
export interface RunningKafka {
  readonly bootstrap: string
  readonly admin: { readonly username: string; readonly password: string }
  readonly pid: number
  readonly child: ChildProcess
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<void>
}
export function startKafka(options: {
  libs: string
  dir: string
  port: number
  controllerPort?: number
  heapMb?: number
  timeoutMs?: number
  detached?: boolean
}): Promise<RunningKafka>
export function freePort(): Promise<number>
