/** The part of a physical plan that concerns tables; everything else passes as it is. */
export interface Plan {
  readonly operators: readonly { readonly body: { readonly kind: string; readonly table?: Table } }[]
}
export interface Table {
  readonly connector: string
  readonly options: Readonly<Record<string, string>>
  /** DISTRIBUTED … INTO n BUCKETS. */
  readonly buckets?: number
}

export const KAFKA_CONNECTORS: ReadonlySet<string> = new Set(['kafka', 'upsert-kafka'])

/** The plan of a stored program, or null when the text is none. */
export function parsePlan(text: string): Plan | null {
  try {
    const plan = JSON.parse(text) as Plan
    return Array.isArray(plan.operators) ? plan : null
  } catch {
    return null
  }
}
