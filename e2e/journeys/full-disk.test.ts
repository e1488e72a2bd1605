import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Tenant, until } from '../demo/service.ts'
import { type JourneyStack, openStack } from './open-stack.ts'

/** A file system of 16 MB in memory; undefined where mounting is not allowed. */
function mountSmallDisk(): string | undefined {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]).status === 0) return folder
  fs.rmdirSync(folder)
  return undefined
}

const disk = mountSmallDisk()

describe.skipIf(disk === undefined)(
  `a real full disk${disk === undefined ? ' (skipped: mounting is not allowed here)' : ''}`,
  () => {
    let stack: JourneyStack
    let tenant: Tenant

    beforeAll(async () => {
      stack = await openStack({ kafka: false, env: () => ({ MILLRACE_OBJECT_STORE_ROOT: disk! }) })
      tenant = await Tenant.signUp(stack.api, 'acme')
    })
    afterAll(async () => {
      await stack?.close()
      spawnSync('umount', [disk!])
      fs.rmdirSync(disk!)
    })

    test('checkpoints that find no space: DEGRADED with the reason, and on by itself when there is space', async () => {
      await tenant.submit(
        'source',
        `CREATE TABLE bids (auction BIGINT) WITH ('connector' = 'nexmark', 'entity' = 'bid', 'next-event.rate' = '200')`,
      )
      await tenant.submit(
        'sink',
        `CREATE TABLE gone (auction BIGINT, n BIGINT, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'blackhole')`,
      )
      await tenant.submit('counts', 'INSERT INTO gone SELECT auction, COUNT(*) FROM bids GROUP BY auction')
      await tenant.waitForPhase('counts', ['RUNNING'], 60_000)
      const filler = path.join(disk!, 'filler')
      expect(() => fs.writeFileSync(filler, Buffer.alloc(32 << 20))).toThrow('ENOSPC')
      const degraded = await until('DEGRADED', 60_000, async () => {
        const { status } = await tenant.statement('counts')
        return status.phase === 'DEGRADED' ? status : undefined
      })
      expect(degraded.detail_code).toBe('CHECKPOINT_STORE_FULL')
      fs.rmSync(filler)
      await tenant.waitForPhase('counts', ['RUNNING'], 60_000)
    })
  },
)
