import { describeObjectStore, type ObjectStore } from '@millrace/engine/objectstore'
import { s3Missing, startTestS3, type TestS3 } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openS3ObjectStore } from './s3-object-store.ts'

describe.skipIf(s3Missing)(`on versitygw${s3Missing ? ` (skipped: needs ${s3Missing})` : ''}`, () => {
  let server: TestS3
  let made = 0
  beforeAll(async () => {
    server = await startTestS3()
  }, 400_000)
  afterAll(() => server.stop())
  const open = (prefix: string): Promise<ObjectStore> => openS3ObjectStore({ kind: 's3', bucket: 'millrace', prefix, ...server })

  describeObjectStore('s3', () => open(`t${made++}`), {
    describe,
    test,
    equal: (actual, expected) => expect(actual).toEqual(expected),
  })

  test('wrong credentials are named as such', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'wrong' }
    const store = openS3ObjectStore({ kind: 's3', bucket: 'millrace', prefix: 'x', ...server, credentials })
    await expect(store).rejects.toMatchObject({ kind: 'DENIED' })
  })
})
