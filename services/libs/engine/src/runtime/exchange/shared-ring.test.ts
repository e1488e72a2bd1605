import { seededRandom } from '@millrace/kit'
import { describe, expect, test } from 'vitest'
import { RESERVED_BYTES } from './frame-pipe.ts'
import { allocateRing, SharedRing } from './shared-ring.ts'

const CAPACITY = 64 * 1024

describe('a ring between two threads', () => {
  test('keeps order and bytes over many turns, also of frames larger than the ring', () => {
    const seed = 11
    const random = seededRandom(seed)
    const memory = allocateRing(CAPACITY)
    const [writer, reader] = [new SharedRing(memory), new SharedRing(memory)]
    let [sent, received] = [0, 0]
    let frame: Uint8Array | undefined
    const make = (i: number): Uint8Array => {
      const size = i % 50 === 49 ? 300_000 : Math.floor(random() * 3_000)
      return new Uint8Array(size).fill(i % 251)
    }
    const sizes: number[] = []
    while (received < 2_000) {
      if (sent < 2_000 && random() < 0.6) {
        if (frame === undefined) {
          frame = make(sent)
          sizes.push(frame.length)
        }
        if (writer.write(frame, false)) {
          frame = undefined
          sent++
        }
      } else {
        const read = reader.read()
        if (read === undefined) continue
        expect(read.length, `seed ${seed} frame ${received}`).toBe(sizes[received])
        expect(read.every((byte) => byte === received % 251)).toBe(true)
        received++
      }
    }
    expect(reader.read()).toBeUndefined()
  })
  test('refuses data when the credit is used up, but takes an urgent frame from the reserve', () => {
    const memory = allocateRing(CAPACITY)
    const ring = new SharedRing(memory)
    while (ring.write(new Uint8Array(1_000), false));
    expect(ring.write(new Uint8Array(1_000), false)).toBe(false)
    let urgent = 0
    while (ring.write(new Uint8Array(24), true)) urgent++
    expect(urgent).toBeGreaterThanOrEqual(Math.floor(RESERVED_BYTES / 32) - 1)
    ring.read()
    expect(new SharedRing(memory).write(new Uint8Array(500), true)).toBe(true)
  })
  test('positions wrap around 2^32', () => {
    const memory = allocateRing(CAPACITY)
    new Uint32Array(memory, 0, 2).fill(2 ** 32 - 24)
    const ring = new SharedRing(memory)
    for (let i = 0; i < 10; i++) {
      expect(ring.write(new Uint8Array(100).fill(i), false)).toBe(true)
      expect([...ring.read()!]).toEqual(Array(100).fill(i))
    }
  })
})
