import type { LookupTx, SystemTx } from '../open-store.ts'
import { execute, rows } from '../rows.ts'

export interface Region {
  readonly name: string
  readonly displayName: string
  /** Base URL of the region's data gateway: record contents are served there and nowhere else. */
  readonly dataEndpoint: string
}

/** Makes a region known or corrects its endpoint. */
export async function ensureRegion(tx: SystemTx, region: Region & { readonly now: Date }): Promise<void> {
  await execute(
    tx,
    `INSERT INTO millrace.regions (name, display_name, data_endpoint, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET display_name = EXCLUDED.display_name, data_endpoint = EXCLUDED.data_endpoint`,
    region.name,
    region.displayName,
    region.dataEndpoint,
    region.now,
  )
}

/** The installation's uid, made by the first caller. */
export async function ensureInstallation(tx: SystemTx, first: { readonly uid: string; readonly now: Date }): Promise<string> {
  await execute(
    tx,
    `INSERT INTO millrace.installation (uid, created_at) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING`,
    first.uid,
    first.now,
  )
  const found = await rows<{ uid: string }>(tx, `SELECT uid FROM millrace.installation`)
  return found[0]?.uid ?? first.uid
}

/** Every region; readable without an organization. */
export async function listRegions(tx: LookupTx | SystemTx): Promise<Region[]> {
  const found = await rows<{ name: string; display_name: string; data_endpoint: string }>(
    tx,
    `SELECT name, display_name, data_endpoint FROM millrace.regions ORDER BY name LIMIT 1000`,
  )
  return found.map((r) => ({ name: r.name, displayName: r.display_name, dataEndpoint: r.data_endpoint }))
}
