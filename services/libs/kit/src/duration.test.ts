import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test.each([
  ['2s', 2000],
  ['500 ms', 500],
  ['1 min', 60_000],
  ['1 H', 3_600_000],
  ['250', 250],
])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each(['', 's', '-1s', '1.5s', '3 fortnights'])('%j is no duration', (text) => expect(parseDuration(text)).toBeUndefined())
