import type { LookupTx } from './open-store.ts'
import { rows } from './rows.ts'
import { type Labels, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export interface ApiKey {
  readonly uid: string
  readonly name: string
  readonly keyId: string
  readonly role: string
  readonly generation: number
  readonly labels: Labels
  readonly annotations: Labels
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

interface Raw {
  uid: string
  name: string
  key_id: string
  role: string
  generation: number
  labels: unknown
  annotations: unknown
  created_at: Date
  updated_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}

const toKey = (r: Raw): ApiKey => ({
  uid: r.uid,
  name: r.name,
  keyId: r.key_id,
  role: r.role,
  generation: r.generation,
  labels: r.labels as Labels,
  annotations: r.annotations as Labels,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
  expiresAt: r.expires_at,
  lastUsedAt: r.last_used_at,
})

export async function createApiKey(
  scope: Scope,
  key: {
    readonly name: string
    readonly keyId: string
    readonly secretHash: Uint8Array<ArrayBuffer>
    readonly pepperVersion: number
    readonly role: string
    readonly expiresAt: Date | null
  },
): Promise<ApiKey> {
  const insert = scope.tx.api_keys.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      name: key.name,
      key_id: key.keyId,
      secret_hash: key.secretHash,
      pepper_version: key.pepperVersion,
      role: key.role,
      expires_at: key.expiresAt,
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  return toKey(await orNameTaken('API key', key.name, insert))
}

export async function listApiKeys(scope: Scope, page: PageRequest): Promise<Page<ApiKey>> {
  const found = await scope.tx.api_keys.findMany({
    where: { org_id: scope.org, deleted_at: null, ...(page.after ? { uid: { gt: page.after } } : {}) },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(found.map(toKey), page.limit)
}

export async function findApiKey(scope: Scope, name: string): Promise<ApiKey | null> {
  const found = await scope.tx.api_keys.findFirst({ where: { org_id: scope.org, name, deleted_at: null } })
  return found ? toKey(found) : null
}

/** Revokes at once: the next look-up on any replica refuses it. */
export async function revokeApiKey(scope: Scope, uid: string): Promise<void> {
  await scope.tx.api_keys.updateMany({
    where: { org_id: scope.org, uid },
    data: { deleted_at: scope.now, updated_at: scope.now },
  })
}

export async function noteApiKeyUse(scope: Scope, uid: string): Promise<void> {
  await scope.tx.api_keys.updateMany({ where: { org_id: scope.org, uid }, data: { last_used_at: scope.now } })
}

export interface ApiKeyCredential {
  readonly org: string
  readonly uid: string
  readonly name: string
  readonly secretHash: Uint8Array
  readonly pepperVersion: number
  readonly role: string
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

/** The credentials behind a key id, before a tenant is known. */
export async function lookupApiKey(tx: LookupTx, keyId: string): Promise<ApiKeyCredential[]> {
  const found = await rows<{
    org_id: string
    uid: string
    name: string
    secret_hash: Uint8Array
    pepper_version: number
    role: string
    expires_at: Date | null
    deleted_at: Date | null
  }>(tx, `SELECT * FROM millrace.lookup_api_key($1)`, keyId)
  return found.map((r) => ({
    org: r.org_id,
    uid: r.uid,
    name: r.name,
    secretHash: r.secret_hash,
    pepperVersion: r.pepper_version,
    role: r.role,
    expiresAt: r.expires_at,
    revokedAt: r.deleted_at,
  }))
}

export async function countApiKeys(scope: Scope): Promise<number> {
  return await scope.tx.api_keys.count({ where: { org_id: scope.org, deleted_at: null } })
}
