/**
 * What every object store must do. A store's own test calls `describeObjectStore(name, makeStore)`; the functions of the test
 * runner are passed in, so that this module has no dependency on one.
 */
import type { ObjectStore } from './object-store.ts'

export interface StoreTestRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>): void
  /** Throws unless the two are deeply equal. */
  equal(actual: unknown, expected: unknown): void
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const show = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value)

/** `makeStore` gives an empty store (or one under a fresh prefix) for each test. */
export function describeObjectStore(name: string, makeStore: () => Promise<ObjectStore>, runner: StoreTestRunner): void {
  const { describe, test, equal } = runner
  describe(`object store ${name}`, () => {
    test('gives back what was put, replaces it, and knows what is absent', async () => {
      const store = await makeStore()
      equal(await store.get('a/b/one'), undefined)
      await store.put('a/b/one', text('1'))
      equal(show(await store.get('a/b/one')), '1')
      await store.put('a/b/one', text('two'))
      equal(show(await store.get('a/b/one')), 'two')
      await store.put('a/empty', new Uint8Array(0))
      equal((await store.get('a/empty'))?.length, 0)
    })
    test('keeps a large body byte for byte', async () => {
      const store = await makeStore()
      const body = new Uint8Array(3_000_001).map((_, i) => (i * 31) % 251)
      await store.put('large', body)
      const read = await store.get('large')
      equal(read?.length, body.length)
      equal(Buffer.compare(Buffer.from(read ?? []), Buffer.from(body)), 0)
    })
    test('compare-and-set creates once, replaces only what was read, and refuses a stale writer', async () => {
      const store = await makeStore()
      equal(await store.getVersioned('p/current'), undefined)
      equal(await store.compareAndSet('p/current', text('1'), undefined), true)
      equal(await store.compareAndSet('p/current', text('x'), undefined), false)
      const first = await store.getVersioned('p/current')
      equal(show(first?.body), '1')
      equal(await store.compareAndSet('p/current', text('2'), first?.version), true)
      equal(await store.compareAndSet('p/current', text('late'), first?.version), false)
      equal(show((await store.getVersioned('p/current'))?.body), '2')
      equal(show(await store.get('p/current')), '2')
    })
    test('of many writers at once exactly one wins each version', async () => {
      const store = await makeStore()
      let version: string | undefined
      for (let round = 0; round < 12; round++) {
        const expected = version
        const wins = await Promise.all([...Array(5).keys()].map((i) => store.compareAndSet('c', text(`${round}.${i}`), expected)))
        equal(wins.filter(Boolean).length, 1)
        const now = await store.getVersioned('c')
        equal(show(now?.body), `${round}.${wins.indexOf(true)}`)
        version = now?.version
      }
    })
    test('lists by prefix in byte order, goes on after a key, and deletes', async () => {
      const store = await makeStore()
      for (const key of ['q/b', 'q/a', 'q/a-2', 'q/c/d', 'r/a']) await store.put(key, text(key))
      await store.compareAndSet('q/pointer', text('p'), undefined)
      equal(await store.maintenance.list('q/'), ['q/a', 'q/a-2', 'q/b', 'q/c/d', 'q/pointer'])
      equal(await store.maintenance.list('q/a'), ['q/a', 'q/a-2'])
      equal(await store.maintenance.list('q/', 'q/a-2'), ['q/b', 'q/c/d', 'q/pointer'])
      await store.maintenance.delete(['q/a', 'q/pointer', 'q/never'])
      equal(await store.maintenance.list('q/'), ['q/a-2', 'q/b', 'q/c/d'])
      equal(await store.get('q/a'), undefined)
      equal(await store.getVersioned('q/pointer'), undefined)
    })
  })
}
