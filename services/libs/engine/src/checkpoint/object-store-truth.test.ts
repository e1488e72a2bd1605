import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FencedError } from '../connector/sink.ts'
import { createFsStore } from '../objectstore/fs.ts'
import { ObjectStoreTruth } from './object-store-truth.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-truth-'))
})
afterEach(() => rm(root, { recursive: true }))
const truth = (epoch: number) => new ObjectStoreTruth({ store: createFsStore({ kind: 'fs', root }), prefix: 'p', epoch })
const pointer = (number: number, epoch: number) => ({ number, epoch, manifest: `p/${number}` })

describe('the pointer in the object store', () => {
  test('names the last commit to the next run', async () => {
    const first = truth(1)
    expect(await first.recover()).toBeNull()
    await first.commit(pointer(1, 1))
    await first.commit(pointer(2, 1))
    expect(await truth(2).recover()).toEqual(pointer(2, 1))
  })
  test('a run that is overtaken between its commit and the next does not replace its successor', async () => {
    const store = createFsStore({ kind: 'fs', root })
    const overtaken = new ObjectStoreTruth({
      store: {
        ...store,
        getVersioned: async (key) => {
          if (armed) await truth(2).recover()
          return store.getVersioned(key)
        },
      },
      prefix: 'p',
      epoch: 1,
    })
    let armed = false
    await overtaken.recover()
    armed = true
    await expect(overtaken.commit(pointer(1, 1))).rejects.toThrow(FencedError)
  })
  test('refuses the commit of a run that a newer one has fenced, and a start at a lower epoch', async () => {
    const [old, young] = [truth(1), truth(2)]
    await old.recover()
    await young.recover()
    await expect(old.commit(pointer(1, 1))).rejects.toThrow(FencedError)
    await young.commit(pointer(1, 2))
    await expect(truth(1).recover()).rejects.toThrow(FencedError)
    expect(await truth(3).recover()).toEqual(pointer(1, 2))
  })
})
