import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

export type ScramHash = 'sha256' | 'sha512'

export interface ScramCredentials {
  readonly hash: ScramHash
  readonly username: string
  readonly password: string
  /** Client nonce: printable, without a comma, at least 18 random bytes in base64. */
  readonly nonce: string
}

/** The server did not prove that it knows the password, or its message makes no sense. */
export class ScramError extends Error {
  override readonly name = 'ScramError'
}

const ITERATIONS_MIN = 4096
/** Above it the server could make the client burn CPU at will. */
const ITERATIONS_MAX = 200_000

/** Client side of SCRAM (RFC 5802, RFC 7677), without channel binding. Messages in order: first, final(server-first), verify(server-final). */
export function createScramClient(credentials: ScramCredentials) {
  const { hash, nonce } = credentials
  const username = credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const firstBare = `n=${username},r=${nonce}`
  const hmac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest()
  let serverSignature = Buffer.alloc(0)
  return {
    first: (): string => `n,,${firstBare}`,
    final(serverFirst: string): string {
      const fields = parseFields(serverFirst)
      const [serverNonce = '', salt = ''] = [fields.get('r'), fields.get('s')]
      const iterations = Number(fields.get('i'))
      if (!serverNonce.startsWith(nonce) || serverNonce.length <= nonce.length) throw new ScramError('the nonce is not ours')
      if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) throw new ScramError(`${iterations} iterations`)
      const size = hash === 'sha256' ? 32 : 64
      const salted = pbkdf2Sync(credentials.password.normalize('NFKC'), Buffer.from(salt, 'base64'), iterations, size, hash)
      const clientKey = hmac(salted, 'Client Key')
      const storedKey = createHash(hash).update(clientKey).digest()
      const withoutProof = `c=biws,r=${serverNonce}`
      const authMessage = `${firstBare},${serverFirst},${withoutProof}`
      const signature = hmac(storedKey, authMessage)
      const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))
      serverSignature = hmac(hmac(salted, 'Server Key'), authMessage)
      return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`
    },
    verify(serverFinal: string): void {
      const fields = parseFields(serverFinal)
      const failure = fields.get('e')
      if (failure !== undefined) throw new ScramError(failure)
      const given = Buffer.from(fields.get('v') ?? '', 'base64')
      if (given.length !== serverSignature.length || !timingSafeEqual(given, serverSignature)) {
        throw new ScramError('the server does not know the password')
      }
    },
  }
}

function parseFields(message: string): Map<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
