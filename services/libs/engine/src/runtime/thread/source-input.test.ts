import { describe, expect, test } from 'vitest'
import type { SourceBatch, SourceReader } from '../../connector/source.ts'
import { WATERMARK_MIN } from '../../data/batch.ts'
import type { SourceBody } from '../../plan/physical.ts'
import * as operators from '../testing/test-operators.ts'
import { testPlan } from '../testing/test-plan.ts'
import { SourceInput } from './source-input.ts'

const body = (watermark: 'on-event' | 'on-periodic', idleTimeoutMs: number | null, intervalMs = 0): SourceBody => {
  const source = testPlan({ source: {}, sinkFolder: '', watermark }).operators[0]!.body as SourceBody
  return { ...source, watermark: { ...source.watermark!, idleTimeoutMs, intervalMs } }
}

function harness(source: SourceBody, splits: readonly { id: string; watermark?: number; idle?: boolean }[]) {
  const pending: (SourceBatch | null)[] = []
  const seen: string[] = []
  let ended = false
  const reader: SourceReader = {
    addSplits: () => {},
    poll: () => pending.shift() ?? null,
    available: () => Promise.resolve(),
    snapshot: () => splits.map(({ id }) => ({ id, position: 0 })),
    ended: () => ended && pending.length === 0,
    metrics: () => ({ lagRecords: null, oldestUnreadMs: null, positions: {}, trouble: null }),
    close: async () => {},
  }
  const input = new SourceInput({
    body: source,
    reader,
    operators,
    outlets: [
      {
        batch: (batch) => {
          const marks = batch.marks.map((mark) => `${mark.row}:${mark.watermark}`)
          seen.push(`rows ${batch.length}${marks.length > 0 ? ` [${marks.join(' ')}]` : ''}`)
        },
        watermark: (timestamp) => seen.push(`watermark ${timestamp}`),
        idle: (idle) => seen.push(idle ? 'idle' : 'active'),
        end: () => seen.push('end'),
      },
    ],
    count: () => {},
  })
  input.addSplits(splits.map((split) => ({ position: 0, watermark: WATERMARK_MIN, idle: false, ...split })))
  const rows = (splitId: string, ...times: number[]): void => {
    const column = { repr: 'f64', values: Float64Array.from(times), nulls: null } as const
    pending.push({
      splitId,
      bytes: 0,
      batch: { length: times.length, columns: [column, column, column], kinds: null, marks: [], lease: null },
    })
  }
  const pump = (nowMs: number): string[] => {
    while (input.pump(nowMs) === 'worked');
    return seen.splice(0)
  }
  return { input, rows, pump, end: () => (ended = true) }
}

describe('watermarks of a source', () => {
  test('are the minimum over its splits, and wait for the slowest', () => {
    const h = harness(body('on-periodic', null), [{ id: 'a' }, { id: 'b' }])
    h.rows('a', 100, 200)
    expect(h.pump(0)).toEqual(['rows 2'])
    h.rows('b', 50)
    expect(h.pump(1)).toEqual(['rows 1', 'watermark 49'])
    h.rows('b', 900)
    expect(h.pump(2)).toEqual(['rows 1', 'watermark 199'])
  })
  test('on event are points between rows', () => {
    const h = harness(body('on-event', null), [{ id: 'a' }])
    h.rows('a', 10, 5, 30)
    expect(h.pump(0)).toEqual(['rows 3 [1:9 3:29]'])
  })
  test('on period come at most once an interval, also when no row follows', () => {
    const h = harness(body('on-periodic', null, 200), [{ id: 'a' }])
    h.rows('a', 10)
    h.rows('a', 20)
    expect(h.pump(1_000)).toEqual(['rows 1', 'rows 1'])
    expect(h.input.nextDeadline()).toBe(1_200)
    expect(h.pump(1_100)).toEqual([])
    expect(h.pump(1_200)).toEqual(['watermark 19'])
    h.rows('a', 30)
    expect(h.pump(1_300)).toEqual(['rows 1'])
  })
  test('a silent split is idle after its time-out and holds nobody back; it joins again without going back', () => {
    const h = harness(body('on-periodic', 1_000), [{ id: 'a' }, { id: 'b' }])
    h.rows('a', 100)
    expect(h.pump(0)).toEqual(['rows 1'])
    expect(h.pump(999)).toEqual([])
    h.rows('a', 200)
    expect(h.pump(999)).toEqual(['rows 1'])
    expect(h.pump(1_100)).toEqual(['watermark 199'])
    h.rows('b', 5)
    expect(h.pump(1_200)).toEqual(['rows 1'])
    h.rows('b', 500)
    expect(h.pump(1_300)).toEqual(['rows 1'])
    expect(h.input.watermark).toBe(199)
  })
  test('time in which the source was not polled is no silence', () => {
    const h = harness(body('on-periodic', 1_000), [{ id: 'a' }])
    h.rows('a', 100)
    h.pump(0)
    h.input.pause()
    expect(h.pump(60_000)).toEqual([])
    expect(h.pump(60_999)).toEqual([])
    expect(h.pump(61_000)).toEqual(['idle'])
  })
  test('a subtask without splits is idle; restored watermarks go out before the first row; the end is the end', () => {
    expect(harness(body('on-periodic', null), []).pump(0)).toEqual(['idle'])
    const h = harness(body('on-periodic', null), [{ id: 'a', watermark: 70 }])
    h.rows('a', 60)
    h.end()
    expect(h.pump(0)).toEqual(['watermark 70', 'rows 1', 'end'])
  })
  test('it introduces itself before it takes a row: with its watermark, and as idle where nothing can come', () => {
    const active = harness(body('on-periodic', null), [{ id: 'a', watermark: 70 }])
    active.rows('a', 90)
    expect(active.input.introduced).toBe(false)
    expect(active.input.pump(0)).toBe('worked')
    expect(active.input.introduced).toBe(true)
    expect(active.pump(0)).toEqual(['watermark 70', 'rows 1', 'watermark 89'])
    expect(harness(body('on-periodic', 1_000), [{ id: 'a', watermark: 70, idle: true }]).pump(0)).toEqual([
      'watermark 70',
      'idle',
    ])
    const ended = harness(body('on-periodic', null), [{ id: 'a', watermark: 70 }])
    ended.end()
    expect(ended.pump(0)).toEqual(['watermark 70', 'idle', 'end'])
  })
  test('a subtask that gets its first split later is active from then on', () => {
    const h = harness(body('on-periodic', null), [])
    expect(h.pump(0)).toEqual(['idle'])
    h.input.addSplits([{ id: 'a', position: 0, watermark: WATERMARK_MIN, idle: false }])
    h.rows('a', 10)
    expect(h.pump(1)).toEqual(['active', 'rows 1', 'watermark 9'])
  })
})
