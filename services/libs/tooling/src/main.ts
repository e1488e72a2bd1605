// Prints every violation of a dependency law or a wall; exit 1 when there is one.
import { fileURLToPath } from 'node:url'
import { checkFiles } from './check.ts'
import { readRepository } from './source-file.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const files = readRepository(root)
const violations = checkFiles(files)
for (const v of violations) console.log(`${v.path}:${v.line}  ${v.rule}  ${v.message}`)
console.log(`${files.length} files, ${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0
