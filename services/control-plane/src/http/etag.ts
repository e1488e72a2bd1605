import { MillraceError } from '@millrace/protocol'

export interface Versioned {
  readonly uid: string
  readonly generation: number
}

/** `"<uid>.<generation>"`: strong, and another one as soon as spec, labels or annotations change. */
export const etagOf = (resource: Versioned): string => `"${resource.uid}.${resource.generation}"`

/** Checks If-Match against the resource as read in this transaction. Throws PRECONDITION_REQUIRED or PRECONDITION_FAILED. */
export function requireMatch(header: string | undefined, resource: Versioned): void {
  if (header === undefined || header.trim() === '') throw new MillraceError('PRECONDITION_REQUIRED')
  if (header.trim() === '*') return
  const listed = header.split(',').map((tag) => tag.trim())
  if (!listed.includes(etagOf(resource))) throw new MillraceError('PRECONDITION_FAILED')
}
