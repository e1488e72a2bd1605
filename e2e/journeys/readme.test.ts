import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '@millrace/launch/stack'
import { describe, expect, test } from 'vitest'
import { markedBlocks, readmeBlocks } from './readme-blocks.ts'

const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const blocks = readmeBlocks(readme)

describe('what the README shows is what its commands print', () => {
  test('every marked block is read', () => {
    expect(blocks.length).toBe(markedBlocks(readme))
    expect(blocks.length).toBeGreaterThan(0)
  })

  test.each(blocks)('line $line: $command', ({ command, output, fails }) => {
    const done = spawnSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8', timeout: 90_000 })
    expect(fails ? done.status !== 0 : done.status === 0, `exit code ${done.status}: ${done.stderr}`).toBe(true)
    expect(fails ? done.stderr : done.stdout).toBe(output)
  })
})
