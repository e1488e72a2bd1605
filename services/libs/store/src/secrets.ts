import type { RandomBytes } from '@millrace/kit'
import { must } from '@millrace/kit'
import type { SystemTx } from './open-store.ts'
import { rows } from './rows.ts'
import type { Scope } from './scope.ts'
import { dataKeyBinding, type MasterKey, openBytes, sealBytes } from './sealing.ts'

/** Gives a new organization its data key. */
export async function createDataKey(
  scope: Scope,
  keys: { readonly master: MasterKey; readonly random: RandomBytes },
): Promise<void> {
  const binding = dataKeyBinding(scope.org, 1)
  await scope.tx.organization_data_keys.create({
    data: {
      org_id: scope.org,
      version: 1,
      master_key_id: keys.master.id,
      wrapped: sealBytes(keys.master.key, keys.random(32), { binding, random: keys.random }),
      created_at: scope.now,
    },
  })
}

function unwrap(
  master: MasterKey,
  row: { org_id: string; version: number; master_key_id: string; wrapped: Uint8Array },
): Uint8Array {
  if (row.master_key_id !== master.id)
    throw new Error(`data key of ${row.org_id} is under master key ${row.master_key_id}, not ${master.id}`)
  return openBytes(master.key, row.wrapped, dataKeyBinding(row.org_id, row.version))
}

/** Seals the values of a resource's write-only fields as their next versions. */
export async function putSecrets(
  scope: Scope,
  resource: string,
  put: { readonly values: Readonly<Record<string, string>>; readonly master: MasterKey; readonly random: RandomBytes },
): Promise<void> {
  const row = must(
    await scope.tx.organization_data_keys.findFirst({ where: { org_id: scope.org }, orderBy: { version: 'desc' } }),
    'data key of the organization',
  )
  const key = unwrap(put.master, row)
  for (const [field, value] of Object.entries(put.values)) {
    const last = await scope.tx.sealed_secrets.findFirst({
      where: { org_id: scope.org, resource_uid: resource, field },
      orderBy: { version: 'desc' },
      select: { version: true },
    })
    const version = (last?.version ?? 0) + 1
    const binding = { org: scope.org, resource, field, version }
    await scope.tx.sealed_secrets.create({
      data: {
        org_id: scope.org,
        resource_uid: resource,
        field,
        version,
        data_key_version: row.version,
        sealed: sealBytes(key, Buffer.from(value, 'utf8'), { binding, random: put.random }),
        created_at: scope.now,
      },
    })
  }
}

/** The newest value of each write-only field of a resource, opened. For the scheduler and provisioning only; never answered by an API. */
export async function openSecrets(
  tx: SystemTx,
  master: MasterKey,
  of: { readonly org: string; readonly resource: string },
): Promise<Record<string, string>> {
  const found = await rows<{
    field: string
    version: number
    sealed: Uint8Array
    key_version: number
    master_key_id: string
    wrapped: Uint8Array
  }>(
    tx,
    `SELECT DISTINCT ON (s.field) s.field, s.version, s.sealed, k.version AS key_version, k.master_key_id, k.wrapped
       FROM millrace.sealed_secrets s
       JOIN millrace.organization_data_keys k ON k.org_id = s.org_id AND k.version = s.data_key_version
      WHERE s.org_id = $1::uuid AND s.resource_uid = $2::uuid ORDER BY s.field, s.version DESC`,
    of.org,
    of.resource,
  )
  const out: Record<string, string> = {}
  for (const r of found) {
    const key = unwrap(master, { org_id: of.org, version: r.key_version, master_key_id: r.master_key_id, wrapped: r.wrapped })
    const binding = { org: of.org, resource: of.resource, field: r.field, version: r.version }
    out[r.field] = Buffer.from(openBytes(key, r.sealed, binding)).toString('utf8')
  }
  return out
}

/**
 * Seals a first value that the service itself made (a generated password). Returns false, writing nothing, when the field has one
 * already: of two provisioners one wins.
 */
export async function putSystemSecret(
  tx: SystemTx,
  secret: { readonly org: string; readonly resource: string; readonly field: string; readonly value: string; readonly now: Date },
  keys: { readonly master: MasterKey; readonly random: RandomBytes },
): Promise<boolean> {
  const row = must(
    await tx.organization_data_keys.findFirst({ where: { org_id: secret.org }, orderBy: { version: 'desc' } }),
    'data key of the organization',
  )
  const binding = { org: secret.org, resource: secret.resource, field: secret.field, version: 1 }
  const { count } = await tx.sealed_secrets.createMany({
    data: [
      {
        org_id: secret.org,
        resource_uid: secret.resource,
        field: secret.field,
        version: 1,
        data_key_version: row.version,
        sealed: sealBytes(unwrap(keys.master, row), Buffer.from(secret.value, 'utf8'), { binding, random: keys.random }),
        created_at: secret.now,
      },
    ],
    skipDuplicates: true,
  })
  return count === 1
}
