/** Gathers the state of a thread's operators for one checkpoint: one run of bytes and an index of the pieces in it. */
import { crc32 } from 'node:zlib'
import type { StateWriter } from '../runtime/operator.ts'
import type { SectionEntry } from './manifest.ts'
import { UNKEYED } from './manifest.ts'

const INITIAL_BYTES = 16 * 1024

export class SnapshotBuilder {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #length = 0
  readonly #entries: SectionEntry[] = []

  /** Copies what the operator hands over. */
  writerOf(operator: string): StateWriter {
    return {
      keyed: (section, keyGroup, bytes) => this.#add({ operator, section, keyGroup }, bytes),
      unkeyed: (section, bytes) => this.#add({ operator, section, keyGroup: UNKEYED }, bytes),
    }
  }

  #add(place: Pick<SectionEntry, 'operator' | 'section' | 'keyGroup'>, bytes: Uint8Array): void {
    const offset = this.#length
    if (this.#bytes.length < offset + bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, offset + bytes.length))
      grown.set(this.#bytes.subarray(0, offset))
      this.#bytes = grown
    }
    this.#bytes.set(bytes, offset)
    this.#length = offset + bytes.length
    this.#entries.push({ ...place, offset, length: bytes.length })
  }

  finish(): { bytes: Uint8Array; entries: readonly SectionEntry[]; crc32: number } {
    const bytes = this.#bytes.subarray(0, this.#length)
    return { bytes, entries: this.#entries, crc32: crc32(bytes) }
  }
}
