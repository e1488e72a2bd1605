/** A child process that speaks JSON lines. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface JsonEvent {
  readonly event: string
  readonly at: number
  readonly [key: string]: unknown
}

export interface JsonProcess {
  readonly events: readonly JsonEvent[]
  /** The first event of that name, now or later. Rejects when the process ends without it. */
  event(name: string): Promise<JsonEvent>
  readonly done: Promise<void>
  kill(): void
}

export function startJsonProcess(file: string, orders: unknown, onEvent: (event: JsonEvent) => void = () => {}): JsonProcess {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--max-old-space-size=8192', path, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const events: JsonEvent[] = []
  const waiting = new Set<() => void>()
  let ended: Error | undefined
  let buffer = ''
  child.stdout.on('data', (chunk: Buffer) => {
    buffer += chunk.toString()
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
      const event = JSON.parse(buffer.slice(0, end)) as JsonEvent
      buffer = buffer.slice(end + 1)
      events.push(event)
      onEvent(event)
    }
    for (const wake of waiting) wake()
  })
  const done = new Promise<void>((resolve, reject) => {
    child.on('close', (code) => {
      ended = new Error(`${file} ended with ${code}`)
      for (const wake of waiting) wake()
      if (code === 0) resolve()
      else reject(ended)
    })
  })
  done.catch(() => {})
  return {
    events,
    done,
    kill: () => child.kill('SIGKILL'),
    event: (name) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find((e) => e.event === name)
          if (found === undefined && ended === undefined) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(ended)
        }
        waiting.add(look)
        look()
      }),
  }
}
