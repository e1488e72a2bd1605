/** HTTP to the service: JSON in and out, problem+json as CliError, Server-Sent Events as an async sequence. */
import { CliError } from './cli-error.ts'
import type { Profile } from './profile.ts'

export interface Problem {
  readonly title?: string
  readonly status?: number
  readonly code?: string
  readonly detail?: string
  readonly request_id?: string
  readonly errors?: readonly {
    readonly code?: string
    readonly detail?: string
    readonly hint?: string
    readonly position?: { readonly line: number; readonly column: number }
  }[]
}

export class ApiError extends CliError {
  readonly status: number
  readonly problem: Problem
  constructor(status: number, problem: Problem) {
    super(describe(status, problem), problem.request_id === undefined ? {} : { hint: `request id ${problem.request_id}` })
    this.status = status
    this.problem = problem
  }
}

function describe(status: number, problem: Problem): string {
  const head = `${problem.code ?? status}: ${problem.detail ?? problem.title ?? 'the request failed'}`
  const lines = (problem.errors ?? []).map((e) => {
    const at = e.position ? ` at line ${e.position.line}, column ${e.position.column}` : ''
    return `  ${e.code ?? ''}${at}: ${e.detail ?? ''}${e.hint ? `\n    hint: ${e.hint}` : ''}`
  })
  return [head, ...lines].join('\n')
}

export interface RequestOptions {
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ApiAnswer<T> {
  readonly data: T
  readonly etag: string | undefined
}

export class ApiClient {
  readonly profile: Profile
  constructor(profile: Profile) {
    this.profile = profile
  }

  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<ApiAnswer<T>> {
    const answer = await this.#send(method, path, options)
    const text = await answer.text()
    return { data: (text === '' ? undefined : JSON.parse(text)) as T, etag: answer.headers.get('etag') ?? undefined }
  }

  async get<T>(path: string, query: RequestOptions['query'] = {}): Promise<T> {
    return (await this.request<T>('GET', path, { query })).data
  }

  async #send(method: string, path: string, { body, query = {}, headers = {}, signal }: RequestOptions): Promise<Response> {
    const url = new URL(this.profile.endpoint + path)
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value)
    const sent: Record<string, string> = { authorization: `Bearer ${this.profile.api_key}`, ...headers }
    if (body !== undefined) sent['content-type'] ??= 'application/json'
    let answer: Response
    try {
      answer = await fetch(url, {
        method,
        headers: sent,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      const reason = (error as { cause?: Error }).cause?.message ?? (error as Error).message
      throw new CliError(`${this.profile.endpoint} does not answer: ${reason}`, {
        hint: 'Is the service running? Check --endpoint.',
      })
    }
    if (answer.ok) return answer
    const text = await answer.text()
    throw new ApiError(answer.status, parseProblem(text))
  }

  /** All items of a paged list, at most `limit`. */
  async list<T>(path: string, query: RequestOptions['query'] = {}, limit = 1000): Promise<T[]> {
    const items: T[] = []
    let token: string | undefined
    do {
      const page: { metadata: { next?: string | null }; data: T[] } = await this.get(path, {
        ...query,
        ...(token === undefined ? {} : { page_token: token }),
      })
      items.push(...page.data)
      token = page.metadata.next ?? undefined
    } while (token !== undefined && items.length < limit)
    return items.slice(0, limit)
  }

  /** Server-Sent Events until the stream ends or `signal` aborts. */
  async *events(
    path: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly event: string; readonly id: string | undefined; readonly data: string }> {
    const decoder = new TextDecoder()
    let buffer = ''
    try {
      const answer = await this.#send('GET', path, { headers: { accept: 'text/event-stream' }, signal })
      for await (const chunk of answer.body ?? []) {
        buffer += decoder.decode(chunk as Uint8Array, { stream: true })
        for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
          const event = parseEvent(buffer.slice(0, end))
          buffer = buffer.slice(end + 2)
          if (event) yield event
          if (signal.aborted) return
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

function parseProblem(text: string): Problem {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return { detail: text.slice(0, 500) }
  }
}

function parseEvent(block: string): { event: string; id: string | undefined; data: string } | undefined {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0)
      fields.set(
        line.slice(0, colon),
        `${fields.has('data') && line.startsWith('data') ? `${fields.get('data')}\n` : ''}${line.slice(colon + 1).replace(/^ /, '')}`,
      )
  }
  const data = fields.get('data')
  return data === undefined ? undefined : { event: fields.get('event') ?? 'message', id: fields.get('id'), data }
}
