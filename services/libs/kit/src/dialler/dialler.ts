import { lookup as systemLookup } from 'node:dns/promises'
import { connect, isIP, Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, connect as connectTls } from 'node:tls'
import { type AddressPolicy, judgeAddress } from './address-policy.ts'

/** Reads straight into the caller's memory, as net.connect's `onread`. */
export interface ReadInto {
  readonly buffer: Uint8Array | (() => Uint8Array)
  readonly callback: (bytesRead: number, buffer: Uint8Array) => boolean
}

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly onread?: ReadInto
  readonly signal?: AbortSignal
  /** Encrypted, with the peer's certificate verified against `host`, whatever address it resolved to. */
  readonly tls?: TlsOptions
}

export interface TlsOptions {
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string
}

export type Dial = (target: DialTarget) => Promise<Socket>

/** The named address may not be reached from here. Never worth another attempt. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError'
  readonly code = 'ADDRESS_REFUSED'
}

export interface DiallerOptions extends AddressPolicy {
  /** Time for one address to answer, milliseconds. */
  readonly connectTimeoutMs?: number
  /** All addresses of a name; the system's resolver unless a test brings its own. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 60_000
/** Addresses of one name that are tried, in the resolver's order. */
const ADDRESSES_MAX = 4

/**
 * The one way out to an address that a tenant can name: resolves once, judges each address, and connects to the resolved address
 * itself, so that a second answer of the name server cannot redirect it. Throws AddressRefusedError when none is permitted.
 */
export function createDialler(options: DiallerOptions): Dial {
  const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  return async (target) => {
    let failure: unknown
    for (const address of await permittedAddresses(target, options)) {
      try {
        return await open({ address, target, timeoutMs })
      } catch (error) {
        failure = error
        if (target.signal?.aborted) break
      }
    }
    throw failure
  }
}

/** For libraries that want a socket at once: it connects after the address was judged, and is destroyed with the refusal. */
export type OpenSocket = (target: {
  readonly host: string
  readonly port: number
  /** Encrypted: ready at 'secureConnect' instead of 'connect'. */
  readonly tls?: TlsOptions
}) => Socket

export function createSocketOpener(options: DiallerOptions): OpenSocket {
  return (target) => {
    const socket = new Socket().setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
    permittedAddresses(target, options).then(
      ([host = '']) => {
        if (!socket.destroyed) socket.connect({ host, port: target.port })
      },
      (error: Error) => socket.destroy(error),
    )
    return target.tls ? connectTls({ socket, ...verification(target.host, target.tls) }) : socket
  }
}

/** At least one address; throws AddressRefusedError, or what the resolver says. */
async function permittedAddresses(target: DialTarget, options: DiallerOptions): Promise<readonly string[]> {
  const host = target.host.replace(/^\[(.*)\]$/, '$1')
  const addresses = isIP(host) ? [host] : await (options.resolve ?? resolveAll)(host)
  let refusal = `${host} has no address`
  const permitted = addresses.slice(0, ADDRESSES_MAX).filter((address) => {
    const verdict = judgeAddress({ host, port: target.port, address }, options)
    if (!verdict.permitted) refusal = verdict.reason
    return verdict.permitted
  })
  if (permitted.length > 0) return permitted
  throw new AddressRefusedError(`${target.host}:${target.port} may not be reached from here: ${refusal}`)
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true, verbatim: true })).map((entry) => entry.address)
}

function open(request: { readonly address: string; readonly target: DialTarget; readonly timeoutMs: number }): Promise<Socket> {
  const { address, target, timeoutMs } = request
  return new Promise((resolve, reject) => {
    const socket = start(address, target)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`${target.host}:${target.port} did not answer in ${timeoutMs} ms`)))
    socket.once('error', fail)
    socket.once(target.tls ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.removeListener('error', fail)
      resolve(socket)
    })
  })
}

function start(address: string, target: DialTarget): Socket {
  const { port, onread, signal, tls } = target
  const common = { host: address, port, noDelay: true, keepAlive: true, ...(onread ? { onread: readInto(onread) } : {}) }
  if (!tls) return connect({ ...common, ...(signal ? { signal } : {}) })
  const socket = connectTls({ ...common, ...verification(target.host, tls) })
  const abort = () => socket.destroy(new Error('aborted'))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  socket.once('close', () => signal?.removeEventListener('abort', abort))
  return socket
}

/** The certificate has to be that of the name that the tenant gave, not of the address. */
function verification(named: string, tls: TlsOptions): ConnectionOptions {
  const host = named.replace(/^\[(.*)\]$/, '$1')
  return {
    ...(isIP(host) ? {} : { servername: host }),
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  }
}

function readInto(onread: ReadInto) {
  return { buffer: onread.buffer, callback: (bytes: number, buffer: Uint8Array) => onread.callback(bytes, buffer) }
}
