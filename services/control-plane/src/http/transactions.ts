import { createHash, hkdfSync } from 'node:crypto'
import {
  audit,
  beginIdempotent,
  type IdempotentRequest,
  openBytes,
  type Scope,
  type StoredAnswer,
  sealBytes,
  storeAnswer,
} from '@millrace/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { type Principal, principalName } from './principal.ts'

/** What a change answers. */
export interface Answer {
  readonly status: number
  readonly body: object | null
  readonly headers?: Readonly<Record<string, string>>
  /** For the audit log. */
  readonly resourceName: string
  /** The body holds a secret: it is kept for repeats only sealed, with a key made from the Idempotency-Key itself. */
  readonly secret?: boolean
}

export function openScope<T>(ctx: Context, org: string, fn: (scope: Scope) => Promise<T>): Promise<T> {
  return ctx.store.withTenant(org, (tx) => fn({ tx, org, now: new Date(ctx.clock.now()), newUid: ctx.newUid }))
}

/** Reads in the organization of the credential. */
export function read<T>(ctx: Context, request: FastifyRequest, fn: (scope: Scope) => Promise<T>): Promise<T> {
  return openScope(ctx, request.principal.org, fn)
}

class DryRun extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('dry run')
    this.answer = answer
  }
}

/**
 * Runs one change in one transaction: idempotency look-up, effect, audit event and stored answer stand or fall together. With
 * `?dry_run=true` everything is checked and rolled back, and the answer is what would have been answered.
 */
export async function change(
  ctx: Context,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  fn: (scope: Scope) => Promise<Answer>,
): Promise<FastifyReply> {
  const answer = await runChange(ctx, { request, org: request.principal.org, principal: request.principal }, fn)
  return send(reply, answer)
}

export async function runChange(
  ctx: Context,
  by: { readonly request: FastifyRequest; readonly org: string; readonly principal: Principal },
  fn: (scope: Scope) => Promise<Answer>,
): Promise<Answer> {
  const { request, principal } = by
  const dryRun = (request.query as { dry_run?: string } | undefined)?.dry_run === 'true'
  const key = idempotencyKey(request)
  try {
    const answer = await openScope(ctx, by.org, async (scope) => {
      const once = key === null ? null : idempotentRequest(request, { principal, key })
      if (once && key) {
        const before = await beginIdempotent(scope, once)
        if (before) return restore(scope.org, before, key)
      }
      const made = await fn(scope)
      if (dryRun) throw new DryRun(made)
      await audit(scope, {
        actor: principalName(principal),
        action: operationOf(request) ?? `${request.method} ${request.routeOptions.url}`,
        resourceName: made.resourceName,
        outcome: 'SUCCESS',
        requestId: request.id,
      })
      if (once && key) await storeAnswer(scope, once, keep(ctx, { answer: made, org: scope.org, key }))
      return made
    })
    ctx.nudgeRelay()
    return answer
  } catch (error) {
    if (error instanceof DryRun) return { ...error.answer, status: error.answer.status === 201 ? 200 : error.answer.status }
    throw error
  }
}

const operationOf = (request: FastifyRequest): string | undefined =>
  (request.routeOptions.schema as { operationId?: string } | undefined)?.operationId

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers({ ...answer.headers })
  return answer.body === null ? reply.send() : reply.send(answer.body)
}

function idempotencyKey(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key']
  return request.method === 'POST' && typeof header === 'string' && header.length > 0 ? header.slice(0, 255) : null
}

const sha256 = (...parts: readonly string[]): Uint8Array<ArrayBuffer> => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return Uint8Array.from(hash.digest())
}

function idempotentRequest(request: FastifyRequest, by: { principal: Principal; key: string }): IdempotentRequest {
  const principal = principalName(by.principal)
  return {
    principal,
    keyHash: sha256(by.principal.org, principal, by.key),
    requestHash: sha256(request.method, request.url, canonical(request.body)),
  }
}

/** JSON with sorted keys, so that the order of fields makes no other request. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

const answerBinding = (org: string) => ({ org, resource: 'answer', field: 'body', version: 1 })
const answerKey = (key: string): Uint8Array => new Uint8Array(hkdfSync('sha256', key, 'millrace idempotency', 'answer', 32))

function keep(ctx: Context, of: { answer: Answer; org: string; key: string }): StoredAnswer {
  const plain = Uint8Array.from(Buffer.from(JSON.stringify(of.answer.body), 'utf8'))
  const sealed = of.answer.secret === true
  return {
    status: of.answer.status,
    headers: of.answer.headers ?? {},
    body: sealed ? sealBytes(answerKey(of.key), plain, { binding: answerBinding(of.org), random: ctx.random }) : plain,
    sealed,
  }
}

function restore(org: string, stored: StoredAnswer, key: string): Answer {
  const bytes = stored.sealed ? openBytes(answerKey(key), stored.body, answerBinding(org)) : stored.body
  return {
    status: stored.status,
    headers: { ...stored.headers, 'idempotency-replayed': 'true' },
    body: JSON.parse(Buffer.from(bytes).toString('utf8')) as object | null,
    resourceName: '',
  }
}
