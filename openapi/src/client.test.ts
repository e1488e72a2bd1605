import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createApiClient } from './client.ts'
import { routes } from './generated/routes.ts'
import { ProblemError } from './problem.ts'

const answering = (answer: Response, seen: Request[] = []) =>
  createApiClient({
    baseUrl: 'http://api.test',
    token: 'mr_live_x',
    fetch: async (input, init) => {
      seen.push(new Request(input as URL, init))
      return answer
    },
  })

test('a call fills path and query, sends the token and gives data with its ETag', async () => {
  const seen: Request[] = []
  const client = answering(new Response('{"kind":"Statement"}', { headers: { etag: '"u.1"' } }), seen)
  const { data, etag } = await client.call('getStatement', { path: { ws: 'main', name: 'a b' }, query: { wait: '5s' } })
  expect([data.kind, etag]).toEqual(['Statement', '"u.1"'])
  expect(seen[0]?.url).toBe('http://api.test/v1/workspaces/main/statements/a%20b?wait=5s')
  expect(seen[0]?.headers.get('authorization')).toBe('Bearer mr_live_x')
})

test('an error answer is a ProblemError with the server’s code, whoever answered', async () => {
  const problem = { code: 'NOT_FOUND', detail: 'There is no statement a.', status: 404 }
  const failed = await answering(Response.json(problem, { status: 404 }))
    .call('getMe')
    .catch((e: unknown) => e)
  expect(failed).toBeInstanceOf(ProblemError)
  expect((failed as ProblemError).problem.code).toBe('NOT_FOUND')
  const proxy = await answering(new Response('<html>', { status: 502 }))
    .call('getMe')
    .catch((e: unknown) => e)
  expect((proxy as ProblemError).problem).toMatchObject({ code: 'UNKNOWN_ANSWER', status: 502 })
})

test('the table of operations is that of openapi.json: run `pnpm generate` after changing routes', async () => {
  const document = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const stated = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, o]) => [o.operationId, { method: method.toUpperCase(), path }]),
  )
  expect(routes).toEqual(Object.fromEntries(stated))
})
