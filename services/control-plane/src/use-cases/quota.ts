import { MillraceError } from '@millrace/protocol'
import { getOrganization, lockQuota, type Scope } from '@millrace/store'

/**
 * Holds a count against the organization's quota. The count is read under a lock, so that two creations at once cannot both take
 * the last one. Throws QUOTA_EXCEEDED.
 */
export async function requireQuota(scope: Scope, name: string, count: () => Promise<number>): Promise<void> {
  await lockQuota(scope, name)
  const limit = (await getOrganization(scope)).quotas[name]
  if (limit !== undefined && (await count()) >= limit) throw new MillraceError('QUOTA_EXCEEDED', { name, limit })
}
