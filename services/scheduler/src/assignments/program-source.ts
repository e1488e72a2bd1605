import type { RunnableStatement, SystemTx } from '@millrace/store'

export interface PreparedProgram {
  /** The physical plan, JSON. */
  readonly program: unknown
  /** Values of ${secret:…} in it. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Makes what a worker is given to run out of what the control plane stored: physical names, connections and secrets filled in. */
export type ProgramSource = (
  tx: SystemTx,
  of: { readonly statement: RunnableStatement; readonly version: string },
) => Promise<PreparedProgram | null>
