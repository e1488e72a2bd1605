import type { NewUid } from '@millrace/kit'
import { MillraceError } from '@millrace/protocol'
import { Prisma } from './generated/client.ts'
import type { TenantTx } from './open-store.ts'

/** An open transaction of one organization with the time and the ids that this request uses. */
export interface Scope {
  readonly tx: TenantTx
  readonly org: string
  readonly now: Date
  readonly newUid: NewUid
}

/** A page in creation order. `after` is the uid of the last item already seen. */
export interface PageRequest {
  readonly after?: string | undefined
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** uid to continue after, or null at the end. */
  readonly next: string | null
}

export type Labels = Readonly<Record<string, string>>

/** Cuts a list that was read one longer than asked. */
export function pageOf<T extends { readonly uid: string }>(found: readonly T[], limit: number): Page<T> {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.uid ?? null) : null }
}

/** Turns the database's refusal of a second live row of that name into NAME_TAKEN. */
export async function orNameTaken<T>(kind: string, name: string, insert: Promise<T>): Promise<T> {
  try {
    return await insert
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
      throw new MillraceError('NAME_TAKEN', { kind, name }, { cause: error })
    throw error
  }
}

export function notFound(what: string): MillraceError {
  return new MillraceError('NOT_FOUND', { what })
}
