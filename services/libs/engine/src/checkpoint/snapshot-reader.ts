/**
 * Hands each subtask the state that it owns: keyed pieces of its key groups, and all unkeyed pieces (union redistribution). Reads
 * only the objects that hold something for it.
 */
import { crc32 } from 'node:zlib'
import type { ObjectStore } from '../objectstore/object-store.ts'
import { JobError } from '../runtime/job-failure.ts'
import type { KeyGroupRange, StateReader } from '../runtime/operator.ts'
import type { Manifest, SectionEntry, StateObject } from './manifest.ts'
import { UNKEYED } from './manifest.ts'

interface LoadedObject {
  readonly entries: readonly SectionEntry[]
  readonly bytes: Uint8Array
}

export class SnapshotReader {
  readonly #objects: readonly LoadedObject[]

  private constructor(objects: readonly LoadedObject[]) {
    this.#objects = objects
  }

  /** Loads the objects with a piece for which `wanted` holds. Throws JobError CHECKPOINT_MISSING, or the store's error. */
  static async load(manifest: Manifest, store: ObjectStore, wanted: (entry: SectionEntry) => boolean): Promise<SnapshotReader> {
    const needed = manifest.objects.filter((object) => object.entries.some(wanted))
    const load = async (object: StateObject) => ({ entries: object.entries, bytes: await readObject(manifest, object, store) })
    return new SnapshotReader(await Promise.all(needed.map(load)))
  }

  readerOf(operator: string, range: KeyGroupRange): StateReader {
    const pieces = (section: string, owned: (keyGroup: number) => boolean) =>
      this.#objects.flatMap(({ entries, bytes }) =>
        entries
          .filter((entry) => entry.operator === operator && entry.section === section && owned(entry.keyGroup))
          .map(({ keyGroup, offset, length }) => ({ keyGroup, bytes: bytes.subarray(offset, offset + length) })),
      )
    return {
      keyed: (section) => pieces(section, (keyGroup) => keyGroup >= range.first && keyGroup <= range.last),
      unkeyed: (section) => pieces(section, (keyGroup) => keyGroup === UNKEYED).map((piece) => piece.bytes),
    }
  }
}

async function readObject(manifest: Manifest, object: StateObject, store: ObjectStore): Promise<Uint8Array> {
  const stored = object.key === null ? Buffer.from(object.inline ?? '', 'base64') : await store.get(object.key)
  const broken = stored === undefined ? 'is absent' : crc32(stored) !== object.crc32 ? 'does not have its checksum' : null
  if (stored === undefined || broken !== null) {
    throw new JobError(
      'CHECKPOINT_MISSING',
      `Checkpoint ${manifest.checkpoint} was committed but cannot be restored: ${object.key ?? 'its inline state'} ${broken}.`,
    )
  }
  // Operators read typed arrays from it: a copy that starts at a multiple of 8, whatever the store gave.
  return Uint8Array.from(stored)
}
