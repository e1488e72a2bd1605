import { Agent, request } from 'node:http'
import type { DesiredSet, WorkerReport } from '@millrace/protocol'

export interface SchedulerClientOptions {
  /** Base URL of the scheduler's internal port: the operator's, never a tenant's. */
  readonly url: string
  readonly worker: string
  readonly token: string
  readonly timeoutMs: number
}

export interface SchedulerClient {
  /** Rejects when the scheduler does not answer in time or refuses. */
  report(report: WorkerReport): Promise<DesiredSet>
  /** Whether (version, epoch) is still this worker's. Rejects while nobody can say. */
  confirm(version: string, epoch: number): Promise<boolean>
  close(): void
}

/** Largest answer that is read: a desired set with its programs. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024

export function schedulerClient(options: SchedulerClientOptions): SchedulerClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const call = (method: 'GET' | 'POST', path: string, body?: string) =>
    exchange({ ...options, agent, method, path, ...(body === undefined ? {} : { body }) })
  return {
    report: async (report) => {
      const { status, text } = await call('POST', `/internal/workers/${options.worker}/report`, JSON.stringify(report))
      if (status !== 200) throw new Error(`the scheduler answered ${status}`)
      return JSON.parse(text) as DesiredSet
    },
    confirm: async (version, epoch) => {
      const { status } = await call('GET', `/internal/assignments/${version}/${epoch}`)
      if (status === 200) return true
      if (status === 409) return false
      throw new Error(`the scheduler answered ${status}`)
    },
    close: () => agent.destroy(),
  }
}

interface Exchange extends SchedulerClientOptions {
  readonly agent: Agent
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

function exchange(x: Exchange): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${x.token}`,
      ...(x.body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(x.body) }),
    }
    const sent = request(new URL(x.path, x.url), {
      method: x.method,
      agent: x.agent,
      headers,
      signal: AbortSignal.timeout(x.timeoutMs),
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        size += part.length
        if (size > ANSWER_MAX_BYTES) response.destroy(new Error('the answer is too large'))
        else parts.push(part)
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
    })
    sent.end(x.body)
  })
}
