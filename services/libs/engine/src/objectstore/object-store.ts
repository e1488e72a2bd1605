/**
 * Where checkpoints live. Keys are '/'-separated, no leading slash, at most 512 bytes. One conformance suite for every implementation.
 */
export interface ObjectStore {
  /** Whole objects, atomic: a reader sees all of it or nothing. Throws ObjectStoreError. */
  put(key: string, body: Uint8Array): Promise<void>
  /** undefined = there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Creates (`expected` undefined) or replaces only what is still the version read by getVersioned. false = someone else was first. */
  compareAndSet(key: string, body: Uint8Array, expected: string | undefined): Promise<boolean>
  getVersioned(key: string): Promise<{ readonly body: Uint8Array; readonly version: string } | undefined>
  maintenance: ObjectStoreMaintenance
}

export interface ObjectStoreMaintenance {
  /** At most 1,000 keys after `after`, in byte order. */
  list(prefix: string, after?: string): Promise<readonly string[]>
  delete(keys: readonly string[]): Promise<void>
}

export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError'
  /** FULL: no space or quota; UNREACHABLE: try again; DENIED: credentials or rights. */
  readonly kind: 'FULL' | 'UNREACHABLE' | 'DENIED'
  readonly key: string
  constructor(kind: 'FULL' | 'UNREACHABLE' | 'DENIED', key: string, options: { cause?: unknown } = {}) {
    super(`object store: ${kind.toLowerCase()} at ${key}`, options)
    this.kind = kind
    this.key = key
  }
}

/** JSON-able description, handed to threads. `faults` is for tests and demos only. */
export type ObjectStoreConfig =
  | { readonly kind: 'fs'; readonly root: string; readonly faults?: { readonly full?: string } }
  | {
      readonly kind: 's3'
      readonly endpoint?: string
      readonly region: string
      readonly bucket: string
      readonly prefix: string
      readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
    }
