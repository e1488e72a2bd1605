import { seededRandom } from '@millrace/kit'
import { expect, test } from 'vitest'
import { hashSecret, mintApiKey, parseApiKey, secretMatches } from './api-key-format.ts'

const draw = seededRandom(7)
const random = (n: number) => Uint8Array.from({ length: n }, () => Math.floor(draw() * 256))
const peppers = new Map([
  [1, random(32)],
  [2, random(32)],
])

test('a minted key has the published shape and reads back', () => {
  for (let i = 0; i < 200; i++) {
    const key = mintApiKey(random)
    expect(key.text).toMatch(/^mr_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    expect(parseApiKey(key.text)).toEqual({ id: key.id, secret: key.secret })
  }
})

test('a mistyped key is told without asking the database', () => {
  const { text } = mintApiKey(random)
  for (let i = 8; i < text.length; i++) {
    const typo = text.slice(0, i) + (text[i] === 'a' ? 'b' : 'a') + text.slice(i + 1)
    expect(parseApiKey(typo)).toBeNull()
  }
  expect(parseApiKey(`${text}x`)).toBeNull()
})

test('secrets match under the pepper they were hashed with, and under no other', () => {
  const { secret } = mintApiKey(random)
  const { hash, version } = hashSecret(peppers, secret)
  expect(version).toBe(2)
  expect(secretMatches(peppers, secret, { hash, version })).toBe(true)
  expect(secretMatches(peppers, secret, { hash, version: 1 })).toBe(false)
  expect(secretMatches(peppers, `${secret.slice(1)}x`, { hash, version })).toBe(false)
  expect(secretMatches(new Map(), secret, { hash, version })).toBe(false)
})
