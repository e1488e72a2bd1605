import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly code: number
  readonly output: string
  readonly ms: number
}

/** Runs a command to its end, keeping its output (or showing it as it comes). Never throws for a failing command. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly show?: boolean; readonly env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    const output: Buffer[] = []
    child.stdout?.on('data', (d: Buffer) => output.push(d))
    child.stderr?.on('data', (d: Buffer) => output.push(d))
    const end = (code: number) => resolve({ code, output: Buffer.concat(output).toString(), ms: performance.now() - start })
    child.on('error', (error) => {
      output.push(Buffer.from(error.message))
      end(1)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}
