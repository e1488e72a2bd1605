import type { Socket } from 'node:net'
import type { Dial } from '@millrace/engine/connector'
import { unreachable } from './kafka-error.ts'
import { RequestWriter } from './request-writer.ts'
import { ResponseFormatError, ResponseReader } from './response-reader.ts'

/** One request of the protocol: how to write its body and read its answer. */
export interface ApiCall<T> {
  readonly api: number
  readonly version: number
  /** Header v2/v1 with tagged fields; false only for SaslHandshake. ApiVersions answers with header v0 always. */
  readonly flexible: boolean
  readonly encode: (writer: RequestWriter) => void
  readonly decode: (reader: ResponseReader) => T
}

export interface RequestOptions {
  readonly timeoutMs?: number
  /** Memory for the answer, at least `length` bytes long; the default is fresh memory for each answer. */
  readonly allocate?: (length: number) => Uint8Array
}

export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly dial: Dial
  readonly clientId: string
  readonly tls?: { readonly ca?: string }
  readonly signal?: AbortSignal
}

interface Pending {
  readonly correlation: number
  readonly headerTags: boolean
  readonly allocate: ((length: number) => Uint8Array) | undefined
  readonly settle: (reader: ResponseReader) => void
  readonly fail: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

const API_VERSIONS = 18
const REQUEST_TIMEOUT_MS = 15_000
/** A longer answer is a broken stream or an attack. */
const RESPONSE_BYTES_MAX = 256 * 1024 * 1024
const REQUESTS_PENDING_MAX = 1_000

/**
 * One connection to one broker. Answers come in the order of requests; the socket reads straight into the memory of the answer.
 * When anything goes wrong the connection closes and every pending request fails with BROKER_UNREACHABLE: its outcome is unknown.
 */
export class Connection {
  readonly address: string
  readonly #clientId: string
  #socket: Socket | null = null
  #closed: Error | null = null
  #correlation = 0
  readonly #pending: Pending[] = []
  readonly #length = new Uint8Array(4)
  #target: Uint8Array = this.#length
  #need = 4
  #got = 0
  #inBody = false
  bytesRead = 0

  private constructor(target: ConnectionTarget) {
    this.address = `${target.host}:${target.port}`
    this.#clientId = target.clientId
  }

  /** Throws BROKER_UNREACHABLE, or the dialler's refusal. */
  static async open(target: ConnectionTarget): Promise<Connection> {
    const connection = new Connection(target)
    const onread = {
      buffer: () => connection.#target.subarray(connection.#got, connection.#need),
      callback: (bytes: number) => connection.#received(bytes),
    }
    const { host, port, signal, tls } = target
    let socket: Socket
    try {
      socket = await target.dial({ host, port, onread, ...(signal ? { signal } : {}), ...(tls ? { tls } : {}) })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ADDRESS_REFUSED') throw error
      throw unreachable(connection.address, error instanceof Error ? error.message : String(error), error)
    }
    connection.#attach(socket)
    return connection
  }

  #attach(socket: Socket): void {
    this.#socket = socket
    socket.on('error', (error) => this.#fail(error.message))
    socket.on('close', () => this.#fail('the connection was closed'))
    socket.on('end', () => this.#fail('the broker closed the connection'))
  }

  get open(): boolean {
    return this.#closed === null
  }

  /** Resolves with the decoded answer. Throws BROKER_UNREACHABLE when its outcome is unknown. */
  request<T>(call: ApiCall<T>, options: RequestOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed)
    if (this.#pending.length >= REQUESTS_PENDING_MAX) {
      return Promise.reject(unreachable(this.address, `${REQUESTS_PENDING_MAX} requests are unanswered`))
    }
    const correlation = ++this.#correlation & 0x7fff_ffff
    const writer = new RequestWriter()
    writer.i32(0).i16(call.api).i16(call.version).i32(correlation).string(this.#clientId)
    if (call.flexible) writer.noTags()
    call.encode(writer)
    const frame = writer.finish()
    frame.writeInt32BE(frame.length - 4, 0)
    const { timeoutMs = REQUEST_TIMEOUT_MS, allocate } = options
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        correlation,
        headerTags: call.flexible && call.api !== API_VERSIONS,
        allocate,
        settle: (reader) => resolve(call.decode(reader)),
        fail: reject,
        timer: setTimeout(() => this.#fail(`no answer in ${timeoutMs} ms`), timeoutMs),
      })
      this.#socket?.write(frame)
    })
  }

  close(): void {
    this.#fail('closed')
  }

  #received(bytes: number): boolean {
    this.bytesRead += bytes
    this.#got += bytes
    if (this.#got < this.#need) return true
    try {
      if (this.#inBody) this.#answer()
      else this.#begin()
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    return this.open
  }

  #begin(): void {
    const length = new DataView(this.#length.buffer).getInt32(0)
    const head = this.#pending[0]
    if (!head || length < 4 || length > RESPONSE_BYTES_MAX) throw new ResponseFormatError(`unexpected answer of ${length} bytes`)
    this.#target = head.allocate?.(length) ?? new Uint8Array(length)
    this.#need = length
    this.#got = 0
    this.#inBody = true
  }

  #answer(): void {
    const body = new ResponseReader(this.#target, 0, this.#need)
    this.#target = this.#length
    this.#need = 4
    this.#got = 0
    this.#inBody = false
    const head = this.#pending.shift()
    if (!head) throw new ResponseFormatError('an answer without a request')
    clearTimeout(head.timer)
    try {
      if (body.i32() !== head.correlation) throw new ResponseFormatError('answers are out of order')
      if (head.headerTags) body.tags()
      head.settle(body)
    } catch (error) {
      head.fail(unreachable(this.address, 'its answer cannot be read', error))
      throw error
    }
  }

  #fail(reason: string): void {
    if (this.#closed) return
    this.#closed = unreachable(this.address, reason)
    this.#socket?.destroy()
    for (const pending of this.#pending.splice(0)) {
      clearTimeout(pending.timer)
      pending.fail(this.#closed)
    }
  }
}
