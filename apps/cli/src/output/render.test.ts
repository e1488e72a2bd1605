import { describe, expect, test } from 'vitest'
import { type Column, renderList, renderOne } from './render.ts'

interface Item {
  readonly name: string
  readonly size: number | null
  readonly tags: readonly string[]
}

const columns: readonly Column<Item>[] = [
  { title: 'NAME', value: (i) => i.name },
  { title: 'SIZE', value: (i) => i.size },
  { title: 'TAGS', value: (i) => i.tags },
]
const items: readonly Item[] = [
  { name: 'a', size: 10, tags: [] },
  { name: '東京', size: null, tags: ['x', 'y'] },
  { name: 'long-name', size: 0, tags: ['z'] },
]

describe('a list', () => {
  test('table: columns line up by what a terminal shows; nothing is a dash', () => {
    expect(renderList(items, columns, 'table')).toBe(
      ['NAME       SIZE  TAGS', 'a          10    []', '東京       -     ["x","y"]', 'long-name  0     ["z"]', ''].join('\n'),
    )
    expect(renderList([], columns, 'table')).toBe('(none)\n')
  })

  test('json: one array of whole items', () => {
    expect(JSON.parse(renderList(items, columns, 'json'))).toEqual(items)
    expect(renderList([], columns, 'json')).toBe('[]\n')
  })

  test('jsonl: one whole item a line', () => {
    expect(renderList(items.slice(0, 1), columns, 'jsonl')).toBe('{"name":"a","size":10,"tags":[]}\n')
    expect(renderList([], columns, 'jsonl')).toBe('')
  })
})

describe('one resource', () => {
  test('table: a line a field', () => {
    expect(renderOne(items[0]!, columns, 'table')).toBe('field  value\nNAME   a\nSIZE   10\nTAGS   []\n')
  })
  test('json and jsonl: the whole of it', () => {
    expect(JSON.parse(renderOne(items[1]!, columns, 'json'))).toEqual(items[1])
    expect(renderOne(items[0]!, columns, 'jsonl')).toBe('{"name":"a","size":10,"tags":[]}\n')
  })
})
