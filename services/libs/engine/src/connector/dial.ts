import type { Socket } from 'node:net'

/** Reads straight into the caller's memory, as net.connect's `onread`: `buffer` gives the part to fill, `callback` the bytes read. */
export interface ReadInto {
  readonly buffer: Uint8Array | (() => Uint8Array)
  readonly callback: (bytesRead: number, buffer: Uint8Array) => boolean
}

/** Connects to host:port after checking that the address is permitted. */
export type Dial = (target: {
  readonly host: string
  readonly port: number
  readonly onread?: ReadInto
  readonly signal?: AbortSignal
  /** Encrypted; the peer's certificate has to be that of `host`. `ca` (PEM) is trusted instead of the system's authorities. */
  readonly tls?: { readonly ca?: string }
}) => Promise<Socket>
