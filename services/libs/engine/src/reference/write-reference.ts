// Writes docs/functions.md of this package: `pnpm --filter @millrace/engine generate`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { referencePage } from '../sql/functions/docs/reference-page.ts'

const docs = new URL('../../docs/', import.meta.url)
mkdirSync(docs, { recursive: true })
writeFileSync(new URL('functions.md', docs), referencePage())
