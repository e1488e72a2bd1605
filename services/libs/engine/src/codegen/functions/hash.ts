/** Digests as lower-case hex. Node's crypto is fetched at the first use, so that this folder still loads in a browser. */
import { type EmitterTable, runtime } from './emitter.ts'

const SHA2: Readonly<Record<number, string>> = { 224: 'sha224', 256: 'sha256', 384: 'sha384', 512: 'sha512' }

function digest(algorithm: string, value: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash(algorithm).update(value).digest('hex')
}

function sha2(value: string, bits: number): string | null {
  const algorithm = SHA2[bits]
  return algorithm === undefined ? null : digest(algorithm, value)
}

export const HASH: EmitterTable = {
  ...Object.fromEntries(
    ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map((name) => [
      name,
      runtime((value: string) => digest(name.toLowerCase(), value)),
    ]),
  ),
  SHA2: runtime(sha2),
}
