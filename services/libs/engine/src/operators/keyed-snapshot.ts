/** Groups by key group, for snapshots. */
import { ByteReader, ByteWriter } from '../data/byte-buffer.ts'
import { keyGroupOf } from '../runtime/key-group.ts'
import type { StateReader, StateWriter } from '../runtime/operator.ts'
import type { GroupState } from './group-state.ts'

/** Collects entries by key group and writes each group's once. */
export class KeyGroupWriter {
  readonly #buffers = new Map<number, ByteWriter>()
  readonly #total: number

  constructor(total: number) {
    this.#total = total
  }

  entry(hash: number): ByteWriter {
    const group = keyGroupOf(hash, this.#total)
    let buffer = this.#buffers.get(group)
    if (buffer === undefined) {
      buffer = new ByteWriter()
      this.#buffers.set(group, buffer)
    }
    return buffer
  }

  write(section: string, writer: StateWriter): void {
    for (const [group, buffer] of this.#buffers) writer.keyed(section, group, buffer.finish())
  }
}

export function writeGroups(state: GroupState, keyed: KeyGroupWriter, prefix?: (out: ByteWriter) => void): void {
  const { table } = state
  for (let row = 0; row < table.rows; row++) {
    if (!table.isUsed(row)) continue
    const out = keyed.entry(table.hashOf(row))
    prefix?.(out)
    state.save(row, out)
  }
}

/** Calls `entry` until all bytes of a section are read. */
export function readEntries(reader: StateReader, section: string, entry: (input: ByteReader) => void): void {
  for (const { bytes } of reader.keyed(section)) {
    const input = new ByteReader(bytes)
    while (input.remaining > 0) entry(input)
  }
}
