// Remakes every generated, committed file and fails when one differs from what is committed in the working tree.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './run-command.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Generated files that are committed, and the package whose `generate` makes them. */
const GENERATED: readonly { readonly file: string; readonly by: string }[] = [
  { file: 'openapi/openapi.json', by: '@millrace/openapi' },
  { file: 'openapi/src/generated/api.ts', by: '@millrace/openapi' },
  { file: 'services/libs/engine/docs/functions.md', by: '@millrace/engine' },
]

const existing = GENERATED.filter(({ file }) => fs.existsSync(path.join(root, file)))
const before = new Map(existing.map(({ file }) => [file, fs.readFileSync(path.join(root, file), 'utf8')]))
for (const by of new Set(existing.map((g) => g.by))) {
  const made = await runCommand('pnpm', ['--filter', by, 'generate'], { cwd: root })
  if (made.code !== 0) {
    console.log(made.output)
    process.exit(1)
  }
}
const stale = existing.filter(({ file }) => fs.readFileSync(path.join(root, file), 'utf8') !== before.get(file))
for (const { file } of stale) console.log(`${file} was stale: it has been remade; commit it`)
process.exitCode = stale.length > 0 ? 1 : 0
