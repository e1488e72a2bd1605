import type { operations } from './generated/api.ts'
import { routes } from './generated/routes.ts'
import { type Problem, ProblemError } from './problem.ts'

export interface ApiClientOptions {
  /** For example http://127.0.0.1:8080 */
  readonly baseUrl: string
  /** API key or session token. */
  readonly token?: string | undefined
  readonly fetch?: typeof fetch
  /** How long one request may take, ms; above the longest `wait`. */
  readonly timeoutMs?: number
}

export type OperationId = keyof operations & keyof typeof routes

type Parameters<Id extends OperationId> = operations[Id] extends { parameters: infer P } ? P : never
type PathOf<Id extends OperationId> = Parameters<Id> extends { path: infer P } ? P : undefined
type QueryOf<Id extends OperationId> = Parameters<Id> extends { query?: infer Q } ? Q : undefined
type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody: { content: { 'application/json': infer B } } }
  ? B
  : operations[Id] extends { requestBody?: { content: { 'application/json': infer B } } }
    ? B | undefined
    : undefined
type JsonOf<R> = R extends { content: { 'application/json': infer J } } ? J : undefined
type AnswerOf<Id extends OperationId> = operations[Id] extends { responses: infer R }
  ? JsonOf<R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : R extends { 202: infer A } ? A : never>
  : never

export interface CallOptions<Id extends OperationId> {
  readonly path?: PathOf<Id>
  readonly query?: QueryOf<Id>
  readonly body?: BodyOf<Id>
  readonly ifMatch?: string
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

export interface Answer<T> {
  readonly data: T
  readonly etag: string | null
  readonly status: number
  readonly headers: Headers
}

export interface ApiClient {
  /** Calls an operation by its id. Throws ProblemError for an error answer, the fetch's own error when there is none. */
  call<Id extends OperationId>(id: Id, options?: CallOptions<Id>): Promise<Answer<AnswerOf<Id>>>
  /** As call, with the raw answer and any Accept: for Server-Sent Events. */
  open<Id extends OperationId>(
    id: Id,
    options: CallOptions<Id> & { readonly accept: string; readonly lastEventId?: string },
  ): Promise<Response>
}

/** A small typed client: one function over the document's operations, nothing generated but types and the table of paths. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = async (
    id: OperationId,
    call: CallOptions<OperationId> & { accept?: string; lastEventId?: string },
  ): Promise<Response> => {
    const { method, path } = routes[id]
    const url = new URL(fillPath(path, (call.path ?? {}) as Record<string, string>), options.baseUrl)
    for (const [key, value] of Object.entries((call.query ?? {}) as Record<string, unknown>))
      if (value !== undefined) url.searchParams.set(key, String(value))
    const signal = call.accept === 'text/event-stream' ? call.signal : anySignal(call.signal, options.timeoutMs ?? 90_000)
    const answer = await (options.fetch ?? fetch)(url, {
      method,
      headers: headersOf(options, call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(signal ? { signal } : {}),
    })
    if (!answer.ok) throw await problemError(answer)
    return answer
  }
  return {
    call: async (id, call = {}) => {
      const answer = await send(id, call as CallOptions<OperationId>)
      const text = await answer.text()
      const data = (text === '' ? undefined : JSON.parse(text)) as AnswerOf<typeof id>
      return { data, etag: answer.headers.get('etag'), status: answer.status, headers: answer.headers }
    },
    open: (id, call) => send(id, call as CallOptions<OperationId> & { accept: string; lastEventId?: string }),
  }
}

const fillPath = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new TypeError(`the path ${path} needs ${name}`)
    return encodeURIComponent(value)
  })

function headersOf(
  options: ApiClientOptions,
  call: CallOptions<OperationId> & { accept?: string; lastEventId?: string },
): Record<string, string> {
  return {
    accept: call.accept ?? 'application/json',
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.ifMatch ? { 'if-match': call.ifMatch } : {}),
    ...(call.idempotencyKey ? { 'idempotency-key': call.idempotencyKey } : {}),
    ...(call.lastEventId ? { 'last-event-id': call.lastEventId } : {}),
  }
}

const anySignal = (own: AbortSignal | undefined, timeoutMs: number): AbortSignal =>
  own ? AbortSignal.any([own, AbortSignal.timeout(timeoutMs)]) : AbortSignal.timeout(timeoutMs)

async function problemError(answer: Response): Promise<ProblemError> {
  const text = await answer.text()
  try {
    const problem = JSON.parse(text) as Problem
    if (typeof problem.code === 'string') return new ProblemError(problem)
  } catch {
    // Not ours: something in between answered.
  }
  return new ProblemError({
    type: 'about:blank',
    title: answer.statusText,
    status: answer.status,
    code: 'UNKNOWN_ANSWER',
    detail: `The server answered ${answer.status} without a problem description.`,
    suggestion: 'Check the address.',
    request_id: answer.headers.get('x-request-id') ?? '',
  })
}
