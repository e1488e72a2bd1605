/**
 * The manifest of a checkpoint: where each piece of state lies, and the sources' positions. JSON. A manifest is real only when the
 * committed pointer names it. State lies in one object a thread; a small one rides in the manifest itself.
 */
import { createHash } from 'node:crypto'
import type { PhysicalPlan } from '../plan/physical.ts'
import type { SplitSnapshot } from '../runtime/thread/fragment-io.ts'

export const MANIFEST_FORMAT = 1
/** State of a thread up to this size is part of the manifest. */
export const INLINE_BYTES_MAX = 4096
export const UNKEYED = -1

/** A piece of state: section of an operator, key group (UNKEYED = none), place in its object. */
export interface SectionEntry {
  readonly operator: string
  readonly section: string
  readonly keyGroup: number
  readonly offset: number
  readonly length: number
}

export interface StateObject {
  /** Key in the store; null when `inline` holds the bytes (base64). */
  readonly key: string | null
  readonly inline?: string
  readonly bytes: number
  readonly crc32: number
  readonly entries: readonly SectionEntry[]
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT
  readonly checkpoint: number
  readonly epoch: number
  readonly plan: string
  readonly keyGroups: number
  readonly parallelism: number
  readonly savepoint: boolean
  readonly createdAtMs: number
  readonly sources: Readonly<Record<string, readonly SplitSnapshot[]>>
  readonly objects: readonly StateObject[]
}

/** Base name of a checkpoint's objects: numbers are padded so that names sort by age. */
export function checkpointName(options: { number: number; epoch: number; nonce: string; savepoint: boolean }): string {
  const { number, epoch, nonce, savepoint } = options
  return `${String(number).padStart(12, '0')}-${epoch}-${nonce}${savepoint ? SAVEPOINT_MARK : ''}`
}

const SAVEPOINT_MARK = '-savepoint'
const NAME = /(\d{12,})-(\d+)-[0-9a-z]+(-savepoint)?\.[^/]*$/

/** What an object's key tells, or undefined when it is not of a checkpoint. */
export function parseObjectKey(key: string): { number: number; epoch: number; savepoint: boolean } | undefined {
  const match = NAME.exec(key)
  return match ? { number: Number(match[1]), epoch: Number(match[2]), savepoint: match[3] !== undefined } : undefined
}

export function planHash(plan: PhysicalPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex')
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest))
}

/** Throws for what is not a manifest of a format that this release reads. */
export function decodeManifest(body: Uint8Array): Manifest {
  const manifest = JSON.parse(new TextDecoder().decode(body)) as Manifest
  if (manifest.format !== MANIFEST_FORMAT) throw new Error(`manifest format ${manifest.format} is not known`)
  return manifest
}
