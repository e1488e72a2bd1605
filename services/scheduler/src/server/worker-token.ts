import { createHmac, timingSafeEqual } from 'node:crypto'

/** A worker's credential: its uid and a proof that only holders of the internal key can make. Survives the scheduler's restart by itself. */
export function workerToken(key: Uint8Array, worker: string): string {
  return `${worker}.${proof(key, worker).toString('base64url')}`
}

/** The worker that the token names, or null when the proof is wrong. */
export function verifyWorkerToken(key: Uint8Array, token: string): string | null {
  const at = token.indexOf('.')
  if (at <= 0) return null
  const worker = token.slice(0, at)
  const shown = Buffer.from(token.slice(at + 1), 'base64url')
  const expected = proof(key, worker)
  return shown.length === expected.length && timingSafeEqual(shown, expected) ? worker : null
}

const proof = (key: Uint8Array, worker: string): Buffer => createHmac('sha256', key).update(`worker-token/1\n${worker}`).digest()
