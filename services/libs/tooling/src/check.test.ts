import { describe, expect, test } from 'vitest'
import { checkFiles } from './check.ts'
import { parseSource } from './source-file.ts'

/** Plants one file and gives the rules that it breaks. */
const rulesOf = (path: string, text: string): string[] => checkFiles([parseSource(path, text)]).map((v) => v.rule)
const lines = (n: number): string => Array.from({ length: n }, (_, i) => `  x(${i})`).join('\n')

describe('dependency laws', () => {
  test.each([
    ['a service is imported', 'services/worker/src/a.ts', "import '@millrace/scheduler'"],
    ['the engine knows Kafka', 'services/libs/engine/src/runtime/a.ts', "import 'kafkajs'"],
    ['the engine knows its connectors', 'services/libs/engine/src/runtime/a.ts', "import '@millrace/connectors'"],
    ['engine/sql does I/O', 'services/libs/engine/src/sql/parse/a.ts', "import fs from 'node:fs'"],
    ['control-plane runs the engine', 'services/control-plane/src/a.ts', "import '@millrace/engine/runtime'"],
    ['Prisma outside the store', 'services/control-plane/src/a.ts', "import '@prisma/client'"],
    ['BullMQ outside the queue', 'services/scheduler/src/a.ts', "import { Queue } from 'bullmq'"],
    ['openid-client outside auth', 'services/control-plane/src/routes/a.ts', "import 'openid-client'"],
    ['sockets outside the dialler', 'services/libs/connectors/src/kafka/a.ts', "import net from 'node:net'"],
    ['an app imports a library of ours', 'apps/cli/src/a.ts', "import '@millrace/store'"],
    ['a path leaves the package', 'services/worker/src/a.ts', "import '../../scheduler/src/b.ts'"],
    ['a barrel inside a package', 'services/worker/src/a.ts', "import './host/index.ts'"],
  ])('%s', (_what, path, text) => {
    expect(rulesOf(path, text)).toContain('dependency-law')
  })

  test('what is allowed passes', () => {
    expect(
      rulesOf('services/control-plane/src/a.ts', "import { bind } from '@millrace/engine/sql'\nimport '@millrace/store'\nbind()"),
    ).toEqual([])
    expect(
      rulesOf('services/libs/connectors/src/kafka/a.ts', "import type { Socket } from 'node:net'\nexport type A = Socket"),
    ).toEqual([])
  })

  test('a cycle of value imports is found, one of types is not', () => {
    const a = parseSource('services/worker/src/a.ts', "import { b } from './b.ts'\nexport const a = b")
    const b = (text: string) => parseSource('services/worker/src/b.ts', text)
    expect(checkFiles([a, b("import { a } from './a.ts'\nexport const b = a")]).map((v) => v.rule)).toEqual(['cycle'])
    expect(checkFiles([a, b("import type { A } from './a.ts'\nexport const b = 1 as unknown as A")])).toEqual([])
  })
})

describe('call laws', () => {
  test.each([
    ['services/worker/src/a.ts', 'export const a = process.env'],
    ['services/scheduler/src/decide/a.ts', 'export const a = Date.now()'],
    ['services/libs/engine/src/operators/a.ts', 'export const a = Math.random()'],
    ['services/libs/engine/src/operators/a.ts', "export const a = new Function('return 1')"],
  ])('%s: %s', (path, text) => expect(rulesOf(path, text)).toEqual(['call-law']))
  test('the places that may', () => {
    expect(rulesOf('services/worker/src/config.ts', 'export const a = process.env')).toEqual([])
    expect(rulesOf('services/libs/kit/src/clock.ts', 'export const a = Date.now()')).toEqual([])
  })
})

describe('walls', () => {
  test('a function of 71 lines', () => {
    expect(rulesOf('services/worker/src/a.ts', `export function f() {\n${lines(69)}\n}`)).toContain('function-wall')
    expect(rulesOf('services/worker/src/a.ts', `export function f() {\n${lines(68)}\n}`)).not.toContain('function-wall')
  })
  test('a file of 601 lines, unless it is a table', () => {
    expect(rulesOf('services/worker/src/a.ts', lines(601))).toContain('file-wall')
    expect(rulesOf('services/worker/src/a.ts', `/** @table */\n${lines(601)}`)).not.toContain('file-wall')
  })
  test('six required methods; four parameters; a name that says nothing', () => {
    const methods = Array.from({ length: 6 }, (_, i) => `m${i}(): void`).join('\n')
    expect(rulesOf('services/worker/src/a.ts', `export interface I {\n${methods}\n}`)).toEqual(['interface-wall'])
    expect(rulesOf('services/worker/src/a.ts', 'export function f(a, b, c, d) {}')).toEqual(['parameter-wall'])
    expect(rulesOf('services/worker/src/string-utils.ts', '')).toEqual(['file-name'])
  })
})
