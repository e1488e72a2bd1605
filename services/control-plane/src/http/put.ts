import { MillraceError } from '@millrace/protocol'
import type { FastifyRequest } from 'fastify'
import { requireMatch, type Versioned } from './etag.ts'

/**
 * PUT: creates what is not there, replaces what is. `If-None-Match: *` only creates; replacing needs `If-Match`, and `If-Match` never
 * creates. Throws PRECONDITION_REQUIRED or PRECONDITION_FAILED.
 */
export async function createOrReplace<T extends Versioned>(
  request: FastifyRequest,
  found: T | null,
  how: { readonly create: () => Promise<T>; readonly replace: (found: T) => Promise<T> },
): Promise<{ readonly made: T; readonly status: 200 | 201 }> {
  if (!found) {
    if (request.headers['if-match'] !== undefined) throw new MillraceError('PRECONDITION_FAILED')
    return { made: await how.create(), status: 201 }
  }
  if (request.headers['if-none-match'] !== undefined) throw new MillraceError('PRECONDITION_FAILED')
  requireMatch(request.headers['if-match'], found)
  return { made: await how.replace(found), status: 200 }
}

/** The body's name, where it states one, has to be the path's. */
export function requireSameName(path: string, stated: string | undefined): void {
  if (stated !== undefined && stated !== path)
    throw new MillraceError('REQUEST_INVALID', { detail: `metadata.name is ${stated}, the path says ${path}.` })
}

/** A whole map as a merge patch: what it does not name is removed. */
export function replacing(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>> | undefined,
): Record<string, string | null> {
  return { ...Object.fromEntries(Object.keys(before).map((key) => [key, null])), ...after }
}
