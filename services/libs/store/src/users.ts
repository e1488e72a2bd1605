import type { LookupTx } from './open-store.ts'
import { rows } from './rows.ts'
import { orNameTaken, type Scope } from './scope.ts'

export interface User {
  readonly uid: string
  readonly email: string
  readonly displayName: string
}

export async function createUser(
  scope: Scope,
  user: { readonly email: string; readonly displayName: string; readonly role: string },
): Promise<User> {
  const uid = scope.newUid()
  const insert = scope.tx.users.create({
    data: {
      org_id: scope.org,
      uid,
      email: user.email,
      display_name: user.displayName,
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  await orNameTaken('user', user.email, insert)
  await scope.tx.role_bindings.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      principal_kind: 'user',
      principal_uid: uid,
      role: user.role,
      scope: 'organization',
      created_at: scope.now,
    },
  })
  return { uid, email: user.email, displayName: user.displayName }
}

export async function findUserByEmail(scope: Scope, email: string): Promise<User | null> {
  const found = await scope.tx.users.findFirst({
    where: { org_id: scope.org, email: { equals: email, mode: 'insensitive' }, deleted_at: null },
  })
  return found ? { uid: found.uid, email: found.email, displayName: found.display_name } : null
}

/** Roles a principal has on the whole organization. */
export async function listRoles(scope: Scope, principal: string): Promise<string[]> {
  const found = await scope.tx.role_bindings.findMany({
    where: { org_id: scope.org, principal_uid: principal, deleted_at: null },
    orderBy: { created_at: 'asc' },
    take: 100,
  })
  return found.map((r) => r.role)
}

/** Ties an identity of an OpenID provider to a user. */
export async function linkIdentity(
  scope: Scope,
  link: { readonly issuer: string; readonly subject: string; readonly user: string },
): Promise<void> {
  await scope.tx.oidc_identities.create({
    data: { org_id: scope.org, issuer: link.issuer, subject: link.subject, user_uid: link.user, created_at: scope.now },
  })
}

export interface Membership {
  readonly org: string
  readonly orgName: string
  readonly user: string
  readonly email: string
}

/** The organizations that an identity belongs to, the oldest membership first. */
export async function lookupIdentity(
  tx: LookupTx,
  identity: { readonly issuer: string; readonly subject: string },
): Promise<Membership[]> {
  const found = await rows<{ org_id: string; org_name: string; user_uid: string; email: string }>(
    tx,
    `SELECT * FROM millrace.lookup_identity($1, $2)`,
    identity.issuer,
    identity.subject,
  )
  return found.map((r) => ({ org: r.org_id, orgName: r.org_name, user: r.user_uid, email: r.email }))
}

export async function createSession(
  scope: Scope,
  session: { readonly user: string; readonly tokenHash: Uint8Array<ArrayBuffer>; readonly expiresAt: Date },
): Promise<string> {
  const uid = scope.newUid()
  await scope.tx.sessions.create({
    data: {
      org_id: scope.org,
      uid,
      user_uid: session.user,
      token_hash: session.tokenHash,
      created_at: scope.now,
      expires_at: session.expiresAt,
    },
  })
  return uid
}

export async function revokeSession(scope: Scope, uid: string): Promise<void> {
  await scope.tx.sessions.updateMany({ where: { org_id: scope.org, uid, revoked_at: null }, data: { revoked_at: scope.now } })
}

export interface SessionCredential {
  readonly org: string
  readonly uid: string
  readonly user: string
  readonly email: string
  readonly expiresAt: Date
}

/** The live session behind a token's hash, or null. */
export async function lookupSession(tx: LookupTx, tokenHash: Uint8Array): Promise<SessionCredential | null> {
  const found = await rows<{ org_id: string; uid: string; user_uid: string; email: string; expires_at: Date }>(
    tx,
    `SELECT * FROM millrace.lookup_session($1::bytea)`,
    tokenHash,
  )
  const r = found[0]
  return r ? { org: r.org_id, uid: r.uid, user: r.user_uid, email: r.email, expiresAt: r.expires_at } : null
}
