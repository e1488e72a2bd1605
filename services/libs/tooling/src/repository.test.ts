import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkFiles } from './check.ts'
import { readRepository } from './source-file.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

test('the repository keeps its laws and walls', () => {
  expect(checkFiles(readRepository(root)).map((v) => `${v.path}:${v.line} ${v.rule}: ${v.message}`)).toEqual([])
}, 60_000)
