/** Where statements of a shell or script run: the service, or the engine in this process. */
export interface SqlSession {
  /** Runs one statement to its end (a foreground query: until it ends or `signal` aborts). Throws CliError. */
  execute(statement: ScriptPart, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface ScriptPart {
  readonly text: string
  /** The script that the statement is from, and where it begins there: mistakes are shown in their place. */
  readonly script: string
  readonly offset: number
  readonly file: string | undefined
}
