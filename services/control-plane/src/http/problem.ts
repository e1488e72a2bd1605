import type { Logger } from '@millrace/kit'
import { type ErrorCode, MillraceError } from '@millrace/protocol'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

/** One mistake in a request. `pointer` is a JSON pointer into the body; SQL mistakes carry their place in the text. */
export interface ProblemDetail {
  readonly pointer?: string
  readonly code: string
  readonly detail: string
  readonly hint?: string
  readonly docs?: string
  readonly severity?: 'error' | 'warning' | 'info'
  readonly position?: { readonly line: number; readonly column: number; readonly end_line: number; readonly end_column: number }
}

/** An error of the catalogue with the single mistakes behind it. */
export class ProblemError extends MillraceError {
  readonly details: readonly ProblemDetail[]
  constructor(code: ErrorCode, parameters: Readonly<Record<string, string | number>>, details: readonly ProblemDetail[]) {
    super(code, parameters)
    this.details = details
  }
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly suggestion: string
  readonly request_id: string
  readonly errors?: readonly ProblemDetail[]
}

/** RFC 9457 answer of an error of the catalogue. */
export function problemOf(error: MillraceError, requestId: string): Problem {
  const entry = error.entry
  const details = error instanceof ProblemError ? error.details : []
  return {
    type: `https://millrace.dev/problems/${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: entry.title,
    status: entry.status,
    code: error.code,
    detail: error.message,
    suggestion: entry.suggestion,
    request_id: requestId,
    ...(details.length > 0 ? { errors: details } : {}),
  }
}

/** Turns whatever was thrown into an error of the catalogue; what we did not foresee is INTERNAL and says nothing of its inside. */
export function toMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const e = error as Partial<FastifyError> & { cause?: unknown }
  if (e.validation) {
    const details = e.validation.map((v) => ({
      pointer: `${e.validationContext === 'body' ? '' : `/${e.validationContext}`}${v.instancePath}${missingProperty(v.params)}`,
      code: v.keyword.toUpperCase(),
      detail: describeValidation(v.message ?? 'is not valid', v.params),
    }))
    return new ProblemError(
      'REQUEST_INVALID',
      { detail: details.map((d) => `${d.pointer || '/'} ${d.detail}`).join('; ') },
      details,
    )
  }
  switch (e.code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new MillraceError('BODY_NOT_JSON', { reason: e.message ?? 'it is not JSON' })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new MillraceError('UNSUPPORTED_MEDIA_TYPE', { type: 'of this request' })
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new MillraceError('BODY_TOO_LARGE', { limit: 'as many as the operation allows' })
  }
  if (error instanceof SyntaxError && e.statusCode === 400) return new MillraceError('BODY_NOT_JSON', { reason: error.message })
  if (e.statusCode !== undefined && e.statusCode >= 400 && e.statusCode < 500)
    return new MillraceError('REQUEST_INVALID', { detail: e.message ?? 'The request could not be read.' })
  if (isDatabaseAway(error)) return new MillraceError('SERVICE_UNAVAILABLE', {}, { cause: error })
  return new MillraceError('INTERNAL', { detail: 'The request failed and nothing was changed.' }, { cause: error })
}

function missingProperty(params: Record<string, unknown>): string {
  const name = params['missingProperty'] ?? params['additionalProperty']
  return typeof name === 'string' ? `/${name}` : ''
}

function describeValidation(message: string, params: Record<string, unknown>): string {
  if (typeof params['additionalProperty'] === 'string') return 'is not a field of this request'
  if (Array.isArray(params['allowedValues'])) return `must be one of ${params['allowedValues'].join(', ')}`
  return message
}

/** Prisma's and the driver's ways of saying that Postgres cannot be reached or has no free connection. */
function isDatabaseAway(error: unknown): boolean {
  const e = error as { code?: unknown; message?: unknown; cause?: unknown } | null
  if (e === null || typeof e !== 'object') return false
  const code = String(e.code ?? '')
  if (/^(P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|57P0[123]|08\d{3})$/.test(code)) return true
  if (
    /Can't reach database|Connection terminated|ECONNREFUSED|timeout exceeded when trying to connect/i.test(
      String(e.message ?? ''),
    )
  )
    return true
  return e.cause !== undefined && isDatabaseAway(e.cause)
}

/** Answers an error as problem+json and logs what is ours. */
export function sendProblem(
  log: Logger,
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const known = toMillraceError(error)
  if (known.code === 'INTERNAL')
    log.error(
      { err: known.cause ?? known, code: known.code, request_id: request.id, route: request.routeOptions.url },
      'request failed',
    )
  return reply
    .code(known.entry.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(known, request.id)))
}
