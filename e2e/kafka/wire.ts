/**
 * A small Kafka client for the harness: it shares no code with the product, so that a check of the product's output cannot inherit the
 * product's mistakes. SASL/SCRAM-SHA-256, one connection a client, the non-flexible versions of five requests.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import net from 'node:net'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const API = {
  produce: [0, 7],
  fetch: [1, 11],
  listOffsets: [2, 5],
  metadata: [3, 8],
  handshake: [17, 1],
  authenticate: [36, 1],
} as const
type ApiName = keyof typeof API

/** Builds a request body or reads an answer, big-endian as Kafka writes. */
export class Out {
  #parts: Buffer[] = []
  int8(v: number): this {
    return this.#push(1, (b) => b.writeInt8(v))
  }
  int16(v: number): this {
    return this.#push(2, (b) => b.writeInt16BE(v))
  }
  int32(v: number): this {
    return this.#push(4, (b) => b.writeInt32BE(v))
  }
  int64(v: bigint): this {
    return this.#push(8, (b) => b.writeBigInt64BE(v))
  }
  string(v: string | null): this {
    if (v === null) return this.int16(-1)
    const text = Buffer.from(v)
    this.int16(text.length)
    this.#parts.push(text)
    return this
  }
  bytes(v: Uint8Array): this {
    this.int32(v.length)
    this.#parts.push(Buffer.from(v.buffer, v.byteOffset, v.byteLength))
    return this
  }
  #push(size: number, write: (b: Buffer) => void): this {
    const b = Buffer.allocUnsafe(size)
    write(b)
    this.#parts.push(b)
    return this
  }
  done(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

export class In {
  readonly data: Buffer
  at = 0
  constructor(data: Buffer) {
    this.data = data
  }
  int8(): number {
    this.at += 1
    return this.data.readInt8(this.at - 1)
  }
  int16(): number {
    this.at += 2
    return this.data.readInt16BE(this.at - 2)
  }
  int32(): number {
    this.at += 4
    return this.data.readInt32BE(this.at - 4)
  }
  int64(): bigint {
    this.at += 8
    return this.data.readBigInt64BE(this.at - 8)
  }
  string(): string | null {
    const length = this.int16()
    if (length < 0) return null
    this.at += length
    return this.data.toString('utf8', this.at - length, this.at)
  }
  bytes(): Buffer {
    const length = Math.max(0, this.int32())
    this.at += length
    return this.data.subarray(this.at - length, this.at)
  }
  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read)
  }
}

export class Connection {
  readonly #socket: net.Socket
  readonly #waiting: { resolve: (answer: In) => void; reject: (error: Error) => void }[] = []
  #chunks: Buffer[] = []
  #size = 0
  #correlation = 0

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#receive(chunk))
    const fail = (error?: Error) => {
      for (const w of this.#waiting.splice(0)) w.reject(error ?? new Error('Kafka closed the connection'))
    }
    socket.on('error', fail)
    socket.on('close', () => fail())
  }

  static async open(bootstrap: string, credentials: Credentials): Promise<Connection> {
    const [host = '127.0.0.1', port = '9092'] = bootstrap.split(':')
    const socket = net.connect({ host, port: Number(port), noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const connection = new Connection(socket)
    await connection.#authenticate(credentials)
    return connection
  }

  async #authenticate({ username, password }: Credentials): Promise<void> {
    const handshake = await this.request('handshake', new Out().string('SCRAM-SHA-256').done())
    if (handshake.int16() !== 0) throw new Error('Kafka does not offer SCRAM-SHA-256')
    const nonce = randomBytes(18).toString('base64url')
    const first = `n=${username},r=${nonce}`
    const serverFirst = await this.#sasl(`n,,${first}`)
    const { r = '', s = '', i = '0' } = Object.fromEntries(serverFirst.split(',').map((p) => [p[0]!, p.slice(2)]))
    const salted = pbkdf2Sync(password, Buffer.from(s, 'base64'), Number(i), 32, 'sha256')
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
    const clientKey = hmac(salted, 'Client Key')
    const stored = createHash('sha256').update(clientKey).digest()
    const last = `c=biws,r=${r}`
    const signature = hmac(stored, `${first},${serverFirst},${last}`)
    const proof = Buffer.from(clientKey.map((b, k) => b ^ signature[k]!)).toString('base64')
    await this.#sasl(`${last},p=${proof}`)
  }

  async #sasl(text: string): Promise<string> {
    const answer = await this.request('authenticate', new Out().bytes(Buffer.from(text)).done())
    const code = answer.int16()
    const message = answer.string()
    if (code !== 0) throw new Error(`Kafka refused the credentials: ${message ?? code}`)
    return answer.bytes().toString()
  }

  request(name: ApiName, body: Buffer): Promise<In> {
    const [key, version] = API[name]
    const header = new Out()
      .int16(key)
      .int16(version)
      .int32(++this.#correlation)
      .string('millrace-e2e')
      .done()
    const size = Buffer.allocUnsafe(4)
    size.writeInt32BE(header.length + body.length)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.cork()
      this.#socket.write(size)
      this.#socket.write(header)
      this.#socket.write(body)
      this.#socket.uncork()
    })
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    for (;;) {
      if (this.#size < 4) return
      const head = this.#chunks[0]!.length >= 4 ? this.#chunks[0]! : this.#join()
      const need = head.readInt32BE(0) + 4
      if (this.#size < need) return
      const all = this.#join()
      const rest = all.subarray(need)
      this.#chunks = rest.length > 0 ? [rest] : []
      this.#size = rest.length
      // Skips size and correlation id: answers come in order.
      this.#waiting.shift()?.resolve(new In(all.subarray(8, need)))
    }
  }

  #join(): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }

  close(): void {
    this.#socket.destroy()
  }
}
