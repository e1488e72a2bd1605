import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeObjectStore } from './conformance.ts'
import { createFsStore } from './fs.ts'

const folders: string[] = []
const fresh = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-store-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

describeObjectStore('fs', async () => createFsStore({ kind: 'fs', root: await fresh() }), {
  describe,
  test,
  equal: (actual, expected) => expect(actual).toEqual(expected),
})

describe('the file system as a store', () => {
  test('a key cannot leave the root', async () => {
    const store = createFsStore({ kind: 'fs', root: await fresh() })
    for (const key of ['../x', '/etc/passwd', 'a/../../b', 'a//b', '', 'a/./b', `${'k'.repeat(513)}`]) {
      await expect(store.put(key, new Uint8Array(1))).rejects.toMatchObject({ kind: 'DENIED' })
    }
  })
  test('while the fault file is there the store is full, and afterwards it takes writes again', async () => {
    const root = await fresh()
    const full = join(root, 'full-flag')
    const store = createFsStore({ kind: 'fs', root, faults: { full } })
    await writeFile(full, '')
    await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({ kind: 'FULL', key: 'a' })
    await expect(store.compareAndSet('c', new Uint8Array(1), undefined)).rejects.toMatchObject({ kind: 'FULL' })
    await rm(full)
    await store.put('a', new Uint8Array(1))
  })
  test('a root that cannot be written is DENIED or UNREACHABLE, never silence', async () => {
    const root = await fresh()
    await writeFile(join(root, 'file'), '')
    const store = createFsStore({ kind: 'fs', root: join(root, 'file') })
    await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({ name: 'ObjectStoreError' })
  })
})
