import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFsStore } from '../objectstore/fs.ts'
import { CheckpointCollector } from './checkpoint-collector.ts'
import { checkpointName } from './manifest.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-collect-'))
})
afterEach(() => rm(root, { recursive: true }))

test('an object goes only after it was needless in two runs, and nothing of another prefix is touched', async () => {
  const store = createFsStore({ kind: 'fs', root })
  const put = (prefix: string, number: number) =>
    store.put(`${prefix}/${checkpointName({ number, epoch: 1, nonce: 'n', savepoint: false })}.manifest`, new Uint8Array(1))
  for (const number of [1, 2, 3, 4, 5]) await put('mine', number)
  await put('theirs', 1)
  const collector = new CheckpointCollector({ store, prefix: 'mine', epoch: 1 })
  expect(await collector.run(4)).toBe(0)
  expect(await collector.run(5)).toBe(1)
  expect(await collector.run(5)).toBe(1)
  expect(await collector.run(5)).toBe(0)
  expect(await store.maintenance.list('mine/')).toHaveLength(3)
  expect(await store.maintenance.list('theirs/')).toHaveLength(1)
})
