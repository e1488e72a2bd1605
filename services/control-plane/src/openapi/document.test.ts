import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { documentText, openApiDocument } from './document.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, unknown>>
}

test('openapi/openapi.json is what the routes say: run `pnpm generate` after changing them', async () => {
  const committed = await readFile(new URL('../../../../openapi/openapi.json', import.meta.url), 'utf8')
  expect(documentText(await openApiDocument())).toBe(committed)
})

test('every operation has an id of its own, a summary, a tag and its error answers', async () => {
  const document = (await openApiDocument()) as { paths: Record<string, Record<string, Operation>> }
  const ids = new Set<string>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const at = `${method} ${path}`
      expect(operation.operationId, at).toBeTruthy()
      expect(ids.has(operation.operationId ?? ''), at).toBe(false)
      ids.add(operation.operationId ?? '')
      expect(operation.summary, at).toBeTruthy()
      expect(operation.tags?.length, at).toBe(1)
      expect(Object.keys(operation.responses), at).toEqual(expect.arrayContaining(['400', '404', '500', '503']))
    }
  }
  expect(ids.size).toBeGreaterThan(40)
})
