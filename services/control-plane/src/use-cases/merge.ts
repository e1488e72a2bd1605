import type { Labels } from '@millrace/store'

/** RFC 7396 on a flat map: null removes. */
export function mergeLabels(before: Labels, patch: Readonly<Record<string, string | null>> | undefined): Labels {
  if (!patch) return before
  const out: Record<string, string> = { ...before }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else out[key] = value
  }
  return out
}

export interface MetadataPatch {
  readonly labels?: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, string | null>>
}
