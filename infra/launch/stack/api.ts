/** The little of the REST API that onboarding and the overview use. */

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  constructor(method: string, path: string, { status, body }: { readonly status: number; readonly body: string }) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 1500)}`)
    this.status = status
    this.code = /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? ''
  }
}

export interface Api {
  readonly base: string
  readonly key: string | undefined
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
}

export function openApi(base: string, key?: string): Api {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new ApiProblem(method, path, { status: answer.status, body: text })
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return { base, key, get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) }
}

export interface StatementView {
  readonly metadata: { readonly name: string; readonly uid: string }
  readonly spec: { readonly sql: string; readonly compute_pool: string }
  readonly status: {
    readonly phase: string
    readonly phase_since: string
    readonly detail: string | null
    readonly version_uid: string
    readonly parallelism: number
    readonly cu: number
    readonly worker: string | null
    readonly lag: { readonly records: number | null; readonly time: string | null }
    readonly freshness: string | null
    readonly rates: { readonly records_in: number; readonly records_out: number }
    readonly latest_checkpoint: { readonly number: number } | null
    readonly traits: { readonly sql_kind: string }
  }
}
