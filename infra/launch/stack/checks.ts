/** The verb `check`: types, format and lint, dependency laws and walls, unused code, stale generated files. */
import fs from 'node:fs'
import path from 'node:path'
import { runCommand } from './run-command.ts'

export interface Check {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

const bin = (name: string): string => `node_modules/.bin/${name}`

/** Every workspace package that holds TypeScript. */
function typedPackages(root: string): string[] {
  const folders = ['apps', 'services', 'services/libs'].flatMap((f) =>
    fs.existsSync(path.join(root, f)) ? fs.readdirSync(path.join(root, f)).map((n) => `${f}/${n}`) : [],
  )
  return [...folders, 'openapi', 'e2e', 'infra/launch'].filter((f) => fs.existsSync(path.join(root, f, 'tsconfig.json')))
}

export function checksOf(root: string): Check[] {
  return [
    { name: 'format and lint', command: [bin('biome'), 'ci', '--colors=off', '.'] },
    { name: 'dependency laws and walls', command: [process.execPath, 'services/libs/tooling/src/main.ts'] },
    ...typedPackages(root).map((folder): Check => ({ name: `types of ${folder}`, command: [bin('tsc'), '-p', folder] })),
    { name: 'unused code', command: [bin('knip'), '--no-progress'] },
    { name: 'generated files', command: [process.execPath, 'infra/launch/stack/stale.ts'] },
  ]
}

/** Runs the checks two at a time and reports each with its time; the output of those that fail. Returns how many failed. */
export async function runChecks(root: string): Promise<number> {
  const waiting = checksOf(root)
  let failed = 0
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const [command, ...args] = check.command
      const result = await runCommand(command, args, { cwd: root })
      console.log(`${result.code === 0 ? '  ok    ' : '  FAILED'} ${check.name} (${(result.ms / 1000).toFixed(1)} s)`)
      if (result.code === 0) continue
      failed++
      console.log(result.output.split('\n').slice(-80).join('\n'))
    }
  }
  await Promise.all([worker(), worker()])
  return failed
}
