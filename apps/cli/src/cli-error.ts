/** A mistake that the person can do something about: printed without a stack, exit code 1 (2 for wrong usage). */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly hint: string | undefined
  readonly exitCode: number
  constructor(message: string, options: { readonly hint?: string; readonly exitCode?: number } = {}) {
    super(message)
    this.hint = options.hint
    this.exitCode = options.exitCode ?? 1
  }
}
