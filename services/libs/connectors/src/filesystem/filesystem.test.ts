import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { SourceReader } from '@millrace/engine/connector'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testContext } from '../testing/connector-context.ts'
import { openReader, readRows, testTable } from '../testing/drain.ts'
import { pathMistake } from './descriptor.ts'
import { filesystemSink } from './sink.ts'
import { filesystemSource } from './source.ts'

let root = ''
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-files-'))
})
afterEach(() => fs.rmSync(root, { recursive: true }))

const table = (options: Record<string, string>) =>
  testTable('filesystem', { id: 'BIGINT', name: 'STRING' }, { format: 'json', ...options })
const open = (options: Record<string, string>, splits?: Parameters<SourceReader['addSplits']>[0]) =>
  openReader(filesystemSource, table(options), {
    ...(splits === undefined ? {} : { splits }),
    context: testContext({ filesRoot: root }),
  })

test('reads every line of every file in a folder, the last without a line end', async () => {
  fs.mkdirSync(path.join(root, 'in'))
  fs.writeFileSync(path.join(root, 'in/a.jsonl'), '{"id":1,"name":"a"}\n\n{"id":2,"name":"b"}\r\n')
  fs.writeFileSync(path.join(root, 'in/b.jsonl'), '{"id":3,"name":"c"}')
  fs.writeFileSync(path.join(root, 'in/.hidden'), 'x')
  const reader = await open({ path: 'in' })
  expect(readRows(reader, table({ path: 'in' })).sort()).toEqual(['[1, a]', '[2, b]', '[3, c]'])
  await reader.close()
})

test('a monitored folder is looked at as often as its table says, a bounded one at its start alone', () => {
  const every = (options: Record<string, string>) =>
    filesystemSource.createEnumerator(table({ path: 'in', ...options }), testContext({ filesRoot: root })).discoveryIntervalMs
  expect(every({})).toBeNull()
  expect(every({ 'source.monitor-interval': '5 s' })).toBe(5000)
  expect(() => every({ 'source.monitor-interval': 'often' })).toThrow(/not a duration/)
})

test('goes on at the byte where a snapshot was taken', async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => JSON.stringify({ id: i, name: 'n'.repeat(i % 50) }))
  fs.writeFileSync(path.join(root, 'in.jsonl'), lines.join('\n'))
  const first = await open({ path: 'in.jsonl' })
  const before = readRows(first, table({ path: 'in.jsonl' }), 1)
  const second = await open({ path: 'in.jsonl' }, first.snapshot())
  expect(before.length + readRows(second, table({ path: 'in.jsonl' })).length).toBe(10_000)
  await first.close()
  await second.close()
})

test('a bad line names file and line, or is skipped and counted', async () => {
  fs.writeFileSync(path.join(root, 'in.jsonl'), '{"id":1}\n{"id":"x"}\n{"id":3}\n')
  const failing = await open({ path: 'in.jsonl' })
  expect(() => readRows(failing, table({}))).toThrow(/in\.jsonl, line 2, column id of t: "x" is not a BIGINT/)
  const context = testContext({ filesRoot: root })
  const ignoring = await openReader(filesystemSource, table({ path: 'in.jsonl', 'error-handling.mode': 'ignore' }), { context })
  expect(readRows(ignoring, table({}))).toEqual(['[1, null]', '[3, null]'])
  expect(context.counted).toEqual({ errors_ignored: 1 })
})

describe('confinement', () => {
  test.each(['/etc/passwd', '../x', 'a/../../x', 'file:///etc/passwd', 's3://b/k', '', 'a\0b', 'C:\\x'])(
    '%j is refused',
    (bad) => {
      expect(pathMistake(bad)).toBeDefined()
      expect(() => filesystemSource.createEnumerator(table({ path: bad }), testContext({ filesRoot: root }))).toThrow(/The path/)
    },
  )
  test('a link that leads outside is refused when it is opened', async () => {
    fs.symlinkSync('/etc', path.join(root, 'link'))
    await expect(open({ path: 'link/passwd' })).rejects.toThrow(/leaves the workspace through a link/)
    expect(() =>
      filesystemSink.createWriter(table({ path: 'link/out' }), { ...testContext({ filesRoot: root }), writer: 0, writers: 1 }),
    ).toThrow(/link/)
  })
})

test('a sink shows whole checkpoints only', async () => {
  fs.writeFileSync(path.join(root, 'in.jsonl'), '{"id":1,"name":"a"}\n')
  const reader = await open({ path: 'in.jsonl' })
  const writer = filesystemSink.createWriter(table({ path: 'out' }), {
    ...testContext({ filesRoot: root }),
    writer: 0,
    writers: 1,
  })
  writer.write(reader.poll()!.batch)
  const shown = () =>
    fs.existsSync(path.join(root, 'out')) ? fs.readdirSync(path.join(root, 'out')).filter((f) => !f.startsWith('.')) : []
  expect(shown()).toEqual([])
  await writer.flush()
  expect(shown()).toHaveLength(1)
  expect(fs.readFileSync(path.join(root, 'out', shown()[0]!), 'utf8')).toBe('{"id":1,"name":"a"}\n')
  await writer.close()
})
