/** `npm start` as a person uses it: a process, its output, Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '@millrace/launch/stack'
import { Tenant, until } from '../demo/service.ts'

export interface StartOptions {
  readonly dataDir: string
  readonly port: number
  /** PATH of the process; the harness's own by default. */
  readonly path?: string
}

export class StartedProduct {
  readonly #child: ChildProcess
  readonly #began = performance.now()
  readonly api: string
  readonly dataDir: string
  #output = ''

  constructor({ dataDir, port, path: searched = process.env['PATH'] ?? '' }: StartOptions) {
    this.api = `http://127.0.0.1:${port}`
    this.dataDir = dataDir
    const entry = path.join(ROOT, 'infra/launch/stack/start.ts')
    this.#child = spawn(process.execPath, [entry, '--data', dataDir, '--port', String(port)], {
      cwd: ROOT,
      env: { ...process.env, PATH: searched },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (text: Buffer) => {
        this.#output += text.toString()
      })
  }

  get output(): string {
    return this.#output
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Milliseconds from the start until it said "ready". */
  async ready(timeoutMs: number): Promise<number> {
    await until(`"ready" of npm start`, timeoutMs, async () => {
      if (/^ready in /m.test(this.#output)) return true
      if (this.ended) throw new Error('it ended before it was ready')
      return undefined
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#output}${this.#failures()}`)
    })
    return performance.now() - this.#began
  }

  /** Errors that the services logged: the data folder is gone when the report is read. */
  #failures(): string {
    const logs = path.join(this.dataDir, 'logs')
    if (!fs.existsSync(logs)) return ''
    const lines = fs.readdirSync(logs).flatMap((name) =>
      fs
        .readFileSync(path.join(logs, name), 'utf8')
        .split('\n')
        .filter((line) => /"level":"(error|fatal)"|"level":[56]0/.test(line))
        .map((line) => `${name}: ${line.slice(0, 2000)}`),
    )
    return lines.slice(-10).join('\n')
  }

  /** The demo tenant that the first start signed up. */
  tenant(): Tenant {
    const kept = JSON.parse(fs.readFileSync(path.join(this.dataDir, 'demo-tenant.json'), 'utf8')) as {
      key: string
      workspace: string
    }
    return new Tenant(this.api, kept.key, kept.workspace)
  }

  /** Ctrl-C, and its exit code. */
  async interrupt(timeoutMs: number): Promise<number | null> {
    this.#child.kill('SIGINT')
    await until('the end after Ctrl-C', timeoutMs, async () => (this.ended ? true : undefined)).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#output}`)
    })
    return this.#child.exitCode
  }

  /** For the end of a test that failed midway: Ctrl-C, then force. */
  async discard(): Promise<void> {
    if (!this.ended) await this.interrupt(60_000).catch(() => this.#child.kill('SIGKILL'))
  }
}
