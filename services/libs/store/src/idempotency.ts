import { MillraceError } from '@millrace/protocol'
import { rows } from './rows.ts'
import type { Scope } from './scope.ts'

export const IDEMPOTENCY_HOURS = 24

export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
  readonly sealed: boolean
}

export interface IdempotentRequest {
  readonly principal: string
  readonly keyHash: Uint8Array<ArrayBuffer>
  /** Hash of method, path, query and canonical body. */
  readonly requestHash: Uint8Array<ArrayBuffer>
}

/**
 * Takes the key for this transaction and looks for an answer already given. Returns it, or null when this request is the first.
 * Throws IDEMPOTENCY_IN_FLIGHT while another transaction holds the key, IDEMPOTENCY_KEY_REUSED when it was used for another request.
 */
export async function beginIdempotent(scope: Scope, request: IdempotentRequest): Promise<StoredAnswer | null> {
  const lock = Buffer.from(request.keyHash).readBigInt64BE(0)
  const got = await rows<{ got: boolean }>(scope.tx, `SELECT pg_try_advisory_xact_lock($1::bigint) AS got`, lock)
  if (!got[0]?.got) throw new MillraceError('IDEMPOTENCY_IN_FLIGHT')
  const found = await scope.tx.idempotency_keys.findFirst({
    where: {
      org_id: scope.org,
      principal: request.principal,
      key_hash: request.keyHash,
      created_at: { gt: new Date(scope.now.getTime() - IDEMPOTENCY_HOURS * 3_600_000), lte: scope.now },
    },
  })
  if (!found) return null
  if (!Buffer.from(found.request_hash).equals(request.requestHash)) throw new MillraceError('IDEMPOTENCY_KEY_REUSED')
  return {
    status: found.status,
    headers: found.headers as Record<string, string>,
    body: found.body,
    sealed: found.sealed,
  }
}

/** Keeps the answer in the effect's own transaction, so that a crash leaves neither half. */
export async function storeAnswer(scope: Scope, request: IdempotentRequest, answer: StoredAnswer): Promise<void> {
  await scope.tx.idempotency_keys.create({
    data: {
      org_id: scope.org,
      principal: request.principal,
      key_hash: request.keyHash,
      request_hash: request.requestHash,
      status: answer.status,
      headers: { ...answer.headers },
      body: answer.body,
      sealed: answer.sealed,
      created_at: scope.now,
    },
    select: { status: true },
  })
}
