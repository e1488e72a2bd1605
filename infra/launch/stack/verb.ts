// One verb over all packages.
import { fileURLToPath } from 'node:url'
import { runChecks } from './checks.ts'
import { runCommand } from './run-command.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const [verb, ...args] = process.argv.slice(2)

const show = async (command: string, ...rest: string[]): Promise<number> =>
  (await runCommand(command, rest, { cwd: root, show: true })).code

const VERBS: Readonly<Record<string, () => Promise<number>>> = {
  check: () => runChecks(root),
  format: () => show('node_modules/.bin/biome', 'check', '--write', '.'),
  generate: () => show('pnpm', '-r', '--if-present', 'generate'),
  build: async () => {
    console.log('Nothing to build: services and CLI run as TypeScript on Node 24.')
    return 0
  },
  e2e: () => show('pnpm', '--filter', '@millrace/e2e', 'test', ...args),
}

const run = verb === undefined ? undefined : VERBS[verb]
if (run) process.exitCode = (await run()) === 0 ? 0 : 1
else {
  console.error(`usage: npm run ${Object.keys(VERBS).join('|')}`)
  process.exitCode = 2
}
