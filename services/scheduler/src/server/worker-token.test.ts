import { expect, test } from 'vitest'
import { verifyWorkerToken, workerToken } from './worker-token.ts'

const key = Buffer.from('11'.repeat(32), 'hex')

test('a token names its worker, and only its own', () => {
  const token = workerToken(key, 'w1')
  expect(verifyWorkerToken(key, token)).toBe('w1')
  expect(verifyWorkerToken(key, token.replace('w1', 'w2'))).toBeNull()
  expect(verifyWorkerToken(Buffer.from('22'.repeat(32), 'hex'), token)).toBeNull()
  for (const bad of ['', 'w1', 'w1.', '.', `${token}x`.slice(0, -2)]) expect(verifyWorkerToken(key, bad)).toBeNull()
})
