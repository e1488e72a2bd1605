import { lookup as systemLookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
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
/** Addresses of one name that are tried, in the resolver's order. */
const ADDRESSES_MAX = 4

/**
 * The one way out to an address that a tenant can name: resolves once, judges each address, and connects to the resolved address
 * itself, so that a second answer of the name server cannot redirect it. Throws AddressRefusedError when none is permitted.
 */
export function createDialler(options: DiallerOptions): Dial {
  const resolve = options.resolve ?? resolveAll
  return async (target) => {
    const host = target.host.replace(/^\[(.*)\]$/, '$1')
    const addresses = isIP(host) ? [host] : await resolve(host)
    let refusal = `${host} has no address`
    let failure: unknown
    for (const address of addresses.slice(0, ADDRESSES_MAX)) {
      const verdict = judgeAddress({ host, port: target.port, address }, options)
      if (!verdict.permitted) {
        refusal = verdict.reason
        continue
      }
      try {
        return await open({ address, target, timeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS })
      } catch (error) {
        failure = error
        if (target.signal?.aborted) break
      }
    }
    if (failure !== undefined) throw failure
    throw new AddressRefusedError(`${target.host}:${target.port} may not be reached from here: ${refusal}`)
  }
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true, verbatim: true })).map((entry) => entry.address)
}

function open(request: { readonly address: string; readonly target: DialTarget; readonly timeoutMs: number }): Promise<Socket> {
  const { address, target, timeoutMs } = request
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      ...(target.onread ? { onread: readInto(target.onread) } : {}),
      ...(target.signal ? { signal: target.signal } : {}),
    })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`${target.host}:${target.port} did not answer in ${timeoutMs} ms`)))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.removeListener('error', fail)
      resolve(socket)
    })
  })
}

function readInto(onread: ReadInto) {
  return { buffer: onread.buffer, callback: (bytes: number, buffer: Uint8Array) => onread.callback(bytes, buffer) }
}
