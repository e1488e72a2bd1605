import type { RunnableStatement, SystemTx } from '@millrace/store'

export interface PreparedProgram {
  /** The physical plan, JSON. */
  readonly program: unknown
  /** Values of ${secret:…} in it. */
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * Makes what a worker is given to run out of what the control plane stored: physical names, connections and secrets filled in.
 * null: there is no program; a sentence: why it cannot be made. Rejects only when the store is away.
 */
export type ProgramSource = (
  tx: SystemTx,
  of: { readonly statement: RunnableStatement; readonly version: string },
) => Promise<PreparedProgram | string | null>
