// Writes the types and the table of operations from openapi.json.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const root = new URL('../', import.meta.url)
const document = JSON.parse(await readFile(new URL('openapi.json', root), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}
const lines = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, { operationId }]) => `  ${operationId}: { method: '${method.toUpperCase()}', path: '${path}' },`,
  ),
)
const target = new URL('src/generated/', root)
await mkdir(target, { recursive: true })
await writeFile(
  new URL('routes.ts', target),
  `// Generated from openapi.json.\nexport const routes = {\n${lines.sort().join('\n')}\n} as const\n`,
)
await writeFile(new URL('api.ts', target), `// Generated from openapi.json.\n${astToString(await openapiTS(document as never))}`)
console.log(`openapi/src/generated: ${lines.length} operations`)
