import { rows } from './rows.ts'
import type { Scope } from './scope.ts'

/** Serialises what counts against one quota of an organization until the transaction ends. */
export async function lockQuota(scope: Scope, name: string): Promise<void> {
  await rows(scope.tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 42))::text AS locked`, `${scope.org}/quota/${name}`)
}
