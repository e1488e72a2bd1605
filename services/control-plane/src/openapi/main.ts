// Writes openapi/openapi.json from the routes.
import { writeFile } from 'node:fs/promises'
import { documentText, openApiDocument } from './document.ts'

const target = new URL('../../../../openapi/openapi.json', import.meta.url)
await writeFile(target, documentText(await openApiDocument()))
console.log('openapi/openapi.json written')
