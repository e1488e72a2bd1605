import { MillraceError } from '@millrace/protocol'
import type { Principal } from '../http/principal.ts'

export const ROLES = ['organization-admin', 'billing-admin', 'workspace-admin', 'developer', 'operator', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** `read`: everything but secrets; the rest by what it changes. */
export type Permission =
  | 'read'
  | 'results.read'
  | 'statements.write'
  | 'statements.operate'
  | 'catalog.write'
  | 'pools.write'
  | 'connections.write'
  | 'workspaces.write'
  | 'organization.write'
  | 'keys.write'
  | 'usage.read'

const GRANTS: Readonly<Record<Role, readonly Permission[] | 'all'>> = {
  'organization-admin': 'all',
  'billing-admin': ['read', 'usage.read'],
  'workspace-admin': [
    'read',
    'results.read',
    'statements.write',
    'statements.operate',
    'catalog.write',
    'pools.write',
    'connections.write',
    'workspaces.write',
    'usage.read',
  ],
  developer: [
    'read',
    'results.read',
    'statements.write',
    'statements.operate',
    'catalog.write',
    'connections.write',
    'usage.read',
  ],
  operator: ['read', 'statements.operate', 'usage.read'],
  viewer: ['read', 'usage.read'],
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** Throws PERMISSION_DENIED naming what is missing. */
export function requirePermission(principal: Principal, permission: Permission): void {
  const granted = isRole(principal.role) ? GRANTS[principal.role] : []
  if (granted !== 'all' && !granted.includes(permission)) throw new MillraceError('PERMISSION_DENIED', { permission })
}
