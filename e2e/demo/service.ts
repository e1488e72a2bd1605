/** The service as the demo uses it: plain HTTP, waiting with a deadline, answers as they come. */

export interface Answer<T = unknown> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

export interface StatementView {
  readonly metadata: { readonly name: string; readonly uid: string }
  readonly status: {
    readonly phase: string
    readonly phase_since: string
    readonly detail: string | null
    readonly detail_code: string | null
    readonly version_uid: string
    readonly epoch: number | null
    readonly parallelism: number
    readonly cu: number
    readonly worker: string | null
    readonly lag: { readonly records: number | null; readonly time: string | null }
    readonly freshness: string | null
    readonly errors_ignored: number
  }
}

export interface StatementEvent {
  readonly at: string
  readonly kind: string
  readonly reason: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>> | null
}

export interface ScalingDecision {
  readonly [key: string]: unknown
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export class Tenant {
  readonly api: string
  readonly key: string
  readonly workspace: string
  constructor(api: string, key: string, workspace: string) {
    this.api = api
    this.key = key
    this.workspace = workspace
  }

  static async signUp(api: string, organization: string): Promise<Tenant> {
    const answer = await request<{ workspace: { name: string }; api_key: { key: string } }>(api, {
      method: 'POST',
      path: '/v1/signup',
      body: { organization, workspace: `${organization}-prod`, email: `owner@${organization}.example` },
    })
    expectStatus(answer, 201, 'sign-up')
    return new Tenant(api, answer.body.api_key.key, answer.body.workspace.name)
  }

  call<T = unknown>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    return request<T>(this.api, { method, path, key: this.key, ...options })
  }

  get base(): string {
    return `/v1/workspaces/${this.workspace}`
  }

  /** Creates a statement; throws with the service's words when it is refused. */
  async submit(name: string, sql: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    expectStatus(
      await this.call('POST', `${this.base}/statements`, { body: { metadata: { name }, spec: { sql, ...spec } } }),
      201,
      name,
    )
  }

  async statement(name: string): Promise<StatementView> {
    const answer = await this.call<StatementView>('GET', `${this.base}/statements/${name}`)
    expectStatus(answer, 200, name)
    return answer.body
  }

  async events(name: string): Promise<StatementEvent[]> {
    return this.#all<StatementEvent>(`${this.base}/statements/${name}/events`)
  }

  async decisions(name: string): Promise<ScalingDecision[]> {
    return this.#all<ScalingDecision>(`${this.base}/statements/${name}/scaling-decisions`)
  }

  async #all<T>(path: string): Promise<T[]> {
    const items: T[] = []
    for (let token: string | null = ''; token !== null; ) {
      const query: string = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`
      const answer = await this.call<{ data: T[]; metadata: { next: string | null } }>('GET', `${path}?page_size=100${query}`)
      expectStatus(answer, 200, path)
      items.push(...answer.body.data)
      token = answer.body.metadata.next
    }
    return items
  }

  /** Time until the statement is in one of `phases`. Throws after `timeoutMs`, or at once in FAILED when that is not awaited. */
  async waitForPhase(name: string, phases: readonly string[], timeoutMs: number): Promise<number> {
    const started = performance.now()
    for (;;) {
      const { status } = await this.statement(name)
      if (phases.includes(status.phase)) return performance.now() - started
      if (status.phase === 'FAILED') throw new Error(`${name} FAILED: ${status.detail}`)
      if (performance.now() - started > timeoutMs)
        throw new Error(`${name} is ${status.phase} (${status.detail}) and not ${phases.join(' or ')} after ${timeoutMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

export interface RequestSpec {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

export async function request<T>(api: string, { method, path, body, key, headers = {} }: RequestSpec): Promise<Answer<T>> {
  const sent: Record<string, string> = { ...headers }
  if (key !== undefined) sent['authorization'] = `Bearer ${key}`
  if (body !== undefined) sent['content-type'] ??= 'application/json'
  const answer = await fetch(api + path, {
    method,
    headers: sent,
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  let parsed: unknown = text
  try {
    parsed = text === '' ? undefined : JSON.parse(text)
  } catch {
    // Not JSON (an event stream, a page): the text is the body.
  }
  return { status: answer.status, body: parsed as T, headers: answer.headers }
}

export function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status !== status) throw new Error(`${what}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
}

/** Polls until `ready` gives something; throws after `timeoutMs`. */
export async function until<T>(what: string, timeoutMs: number, ready: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const value = await ready()
    if (value !== undefined) return value
    if (Date.now() > end) throw new Error(`${what}: not after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
