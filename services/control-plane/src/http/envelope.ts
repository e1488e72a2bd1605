import type { Labels } from '@millrace/store'

export const API_VERSION = 'millrace/v1'

export interface EnvelopeSource {
  readonly uid: string
  readonly name: string
  readonly generation: number
  readonly labels: Labels
  readonly annotations: Labels
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Where a resource lives: what its globally unique, immutable resource name is made of. */
export interface ResourcePlace {
  readonly kind: string
  readonly region: string
  readonly org: string
  /** Empty outside a workspace. */
  readonly workspace: string
  readonly self: string
}

/** `mrn:millrace:<region>:<org uid>:<workspace uid>/<kind>/<uid>` */
export function resourceName(place: Pick<ResourcePlace, 'kind' | 'region' | 'org' | 'workspace'>, uid: string): string {
  return `mrn:millrace:${place.region}:${place.org}:${place.workspace}/${kebab(place.kind)}/${uid}`
}

export const kebab = (kind: string): string => kind.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase()

/** The envelope every resource is answered in. */
export function envelope(place: ResourcePlace, source: EnvelopeSource, body: { readonly spec: object; readonly status: object }) {
  return {
    api_version: API_VERSION,
    kind: place.kind,
    metadata: {
      name: source.name,
      uid: source.uid,
      resource_name: resourceName(place, source.uid),
      self: place.self,
      created_at: source.createdAt.toISOString(),
      updated_at: source.updatedAt.toISOString(),
      generation: source.generation,
      labels: source.labels,
      annotations: source.annotations,
    },
    spec: body.spec,
    status: body.status,
  }
}

export function listOf(kind: string, data: readonly object[], next: string | null) {
  return { api_version: API_VERSION, kind: `${kind}List`, metadata: { next }, data }
}
