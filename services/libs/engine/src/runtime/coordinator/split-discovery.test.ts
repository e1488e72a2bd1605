import { ManualClock } from '@millrace/kit'
import { expect, test } from 'vitest'
import { ConnectorFailure } from '../../connector/failure.ts'
import type { SplitEnumerator } from '../../connector/source.ts'
import { SplitDiscovery } from './split-discovery.ts'

function source(discoveryIntervalMs: number | null | undefined, answer: () => readonly string[]) {
  const asked: (readonly string[])[] = []
  const enumerator: SplitEnumerator = {
    ...(discoveryIntervalMs === undefined ? {} : { discoveryIntervalMs }),
    discover: async (known = []) => {
      asked.push(known)
      return answer().map((id) => ({ id, position: 0 }))
    },
    close: async () => {},
  }
  return { enumerator, asked }
}
const look = async (discovery: SplitDiscovery) =>
  [...(await discovery.look(() => ['a']))].map(([operator, splits]) => [operator, splits.map((split) => split.id)])

test('each source is asked at its own interval, and only what is not known is new', async () => {
  const clock = new ManualClock(0)
  const often = source(1000, () => ['a', 'b'])
  const plain = source(undefined, () => ['a'])
  const never = source(null, () => ['a', 'c'])
  const discovery = new SplitDiscovery(
    new Map([
      ['often', often.enumerator],
      ['plain', plain.enumerator],
      ['never', never.enumerator],
    ]),
    clock,
  )
  const start = clock.monotonic()
  expect(discovery.dueMs).toBe(start + 1000)
  await clock.advance(999)
  expect(await look(discovery)).toEqual([])
  await clock.advance(1)
  expect(await look(discovery)).toEqual([['often', ['b']]])
  expect(discovery.dueMs).toBe(start + 2000)
  await clock.advance(29_000)
  expect(await look(discovery)).toEqual([
    ['often', ['b']],
    ['plain', []],
  ])
  expect(often.asked).toEqual([['a'], ['a']])
  expect(never.asked).toEqual([])
})

test('a source that is off is never due; one without an answer has nothing new, and one that fails ends the run', async () => {
  const clock = new ManualClock(0)
  expect(new SplitDiscovery(new Map([['off', source(null, () => []).enumerator]]), clock).dueMs).toBe(Number.POSITIVE_INFINITY)
  let failure = new ConnectorFailure('BROKER_UNREACHABLE', 'No broker answers.')
  const failing = source(1000, () => {
    throw failure
  })
  const discovery = new SplitDiscovery(new Map([['failing', failing.enumerator]]), clock)
  await clock.advance(1000)
  expect(await look(discovery)).toEqual([['failing', []]])
  failure = new ConnectorFailure('TOPIC_UNKNOWN', 'There is no topic t.')
  await clock.advance(1000)
  await expect(look(discovery)).rejects.toThrow('no topic')
})
