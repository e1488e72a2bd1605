/** Reads files line by line. A split is a file, its position a byte offset at the start of a line. */
import fs from 'node:fs'
import path from 'node:path'
import {
  type ConnectorContext,
  ConnectorFailure,
  type SourceBatch,
  type SourceFactory,
  type SourceMetrics,
  type SourceReader,
  type SplitEnumerator,
  type SplitState,
} from '@millrace/engine/connector'
import { type DecodedBatch, type Decoder, FORMATS, formatOptionsOf } from '@millrace/engine/formats'
import type { ResolvedTable } from '@millrace/engine/runtime'
import { parseDuration } from '@millrace/kit/duration'
import { assertInside, resolvePath } from './confined-path.ts'

const CHUNK_BYTES = 1 << 20
const LINE_BYTES_MAX = 64 << 20
const LINES_MAX = 4096
const FILES_MAX = 100_000

interface Position {
  readonly offset: string
  readonly line: number
}

/** Data files of a path: the file itself, or every file below the folder whose name does not start with . or _. */
function listFiles(full: string): string[] {
  const stat = fs.statSync(full, { throwIfNoEntry: false })
  if (!stat) throw new ConnectorFailure('NOT_FOUND', `There is no file or folder at the table's path.`)
  if (stat.isFile()) return [full]
  const files: string[] = []
  for (const entry of fs.readdirSync(full, { recursive: true, withFileTypes: true })) {
    const name = path.join(entry.parentPath, entry.name)
    const hidden = path
      .relative(full, name)
      .split(path.sep)
      .some((part) => /^[._]/.test(part))
    if (!entry.isFile() || hidden || entry.name.endsWith('.inprogress')) continue
    if (files.push(name) > FILES_MAX)
      throw new ConnectorFailure('QUOTA_EXCEEDED', `The folder holds more than ${FILES_MAX} files.`)
  }
  return files.sort()
}

function createEnumerator(table: ResolvedTable, context: ConnectorContext): SplitEnumerator {
  const full = resolvePath(table.options['path'] ?? '', context.filesRoot)
  const root = path.dirname(full)
  return {
    discoveryIntervalMs: monitorIntervalMs(table.options['source.monitor-interval']),
    discover: async () =>
      listFiles(full).map((file) => ({ id: path.relative(root, file), position: { offset: '0', line: 0 } satisfies Position })),
    close: async () => {},
  }
}

/** Without one the table is bounded: the files of its start and no others. Throws OPTION_INVALID. */
function monitorIntervalMs(text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = parseDuration(text)
  if (!ms) throw new ConnectorFailure('OPTION_INVALID', `'source.monitor-interval' is '${text}', not a duration above zero.`)
  return ms
}

interface OpenFile {
  readonly id: string
  readonly file: string
  readonly fd: number
  offset: number
  line: number
  done: boolean
}

class FileReader implements SourceReader {
  readonly #table: ResolvedTable
  readonly #context: ConnectorContext
  readonly #decoder: Decoder
  readonly #root: string
  readonly #bounded: boolean
  readonly #files: OpenFile[] = []
  #chunk = new Uint8Array(CHUNK_BYTES)
  #turn = 0

  constructor(table: ResolvedTable, produced: readonly number[], context: ConnectorContext) {
    this.#table = table
    this.#context = context
    this.#root = path.dirname(resolvePath(table.options['path'] ?? '', context.filesRoot))
    this.#bounded = table.options['source.monitor-interval'] === undefined
    const format = table.options['format'] ?? 'json'
    const zone = context.config['table.local-time-zone'] ?? 'UTC'
    // Lines of csv have every column by position; JSON decodes only what is read.
    const all = format === 'csv' ? table.columns : produced.map((i) => table.columns[i]!)
    const decoder = FORMATS[format]!.createDecoder(all, formatOptionsOf(table.options, { format, prefix: '', zone }))
    this.#decoder = format === 'csv' ? { decode: (input) => pick(decoder.decode(input), produced) } : decoder
  }

  addSplits(splits: readonly SplitState[]): void {
    for (const split of splits) {
      const file = path.join(this.#root, split.id)
      if (this.#context.filesRoot !== undefined) assertInside(file, this.#context.filesRoot, split.id)
      const { offset, line } = split.position as Position
      this.#files.push({ id: split.id, file, fd: fs.openSync(file, 'r'), offset: Number(offset), line, done: false })
    }
  }

  poll(): SourceBatch | null {
    for (let k = 0; k < this.#files.length; k++) {
      const file = this.#files[(this.#turn + k) % this.#files.length]!
      const batch = file.done ? null : this.#read(file)
      if (batch === null) continue
      this.#turn = (this.#turn + k) % this.#files.length
      return batch
    }
    return null
  }

  #read(file: OpenFile): SourceBatch | null {
    const bytes = fs.readSync(file.fd, this.#chunk, 0, this.#chunk.length, file.offset)
    if (bytes === 0) {
      if (this.#bounded) file.done = true
      return null
    }
    const atEnd = bytes < this.#chunk.length && this.#bounded
    const { offsets, lengths, used } = splitLines(this.#chunk.subarray(0, bytes), atEnd)
    if (used === 0) return this.#longerLine(file, bytes)
    const decoded = this.#decoder.decode({ data: this.#chunk, count: offsets.length, offsets, lengths })
    this.#applyFaults(decoded, file)
    file.offset += used
    file.line += offsets.length
    return {
      splitId: file.id,
      bytes: used,
      batch: { length: decoded.length, columns: decoded.columns, kinds: null, marks: [], lease: null },
    }
  }

  #longerLine(file: OpenFile, bytes: number): SourceBatch | null {
    if (bytes < this.#chunk.length) return null
    if (this.#chunk.length >= LINE_BYTES_MAX) {
      throw new ConnectorFailure(
        'RECORD_MALFORMED',
        `${file.id}, line ${file.line + 1}: the line is longer than ${LINE_BYTES_MAX} bytes.`,
      )
    }
    this.#chunk = new Uint8Array(this.#chunk.length * 2)
    return this.#read(file)
  }

  #applyFaults({ faults }: DecodedBatch, file: OpenFile): void {
    if (faults.length === 0) return
    if ((this.#table.options['error-handling.mode'] ?? 'fail') !== 'fail') {
      this.#context.count('errors_ignored', faults.length)
      return
    }
    const { record, reason, column } = faults[0]!
    const where = `${file.id}, line ${file.line + record + 1}${column === undefined ? '' : `, column ${column}`}`
    throw new ConnectorFailure('RECORD_MALFORMED', `${where} of ${this.#table.path[2]}: ${reason}`)
  }

  async available(): Promise<void> {
    if (this.ended()) return
    await new Promise((resolve) => setTimeout(resolve, this.#bounded ? 0 : 50))
  }

  snapshot(): readonly SplitState[] {
    return this.#files.map((f) => ({ id: f.id, position: { offset: String(f.offset), line: f.line } satisfies Position }))
  }

  ended(): boolean {
    return this.#bounded && this.#files.every((f) => f.done)
  }

  finished(): readonly string[] {
    return this.#files.filter((f) => f.done).map((f) => f.id)
  }

  metrics(): SourceMetrics {
    return {
      lagRecords: null,
      oldestUnreadMs: null,
      positions: Object.fromEntries(this.#files.map((f) => [f.id, String(f.offset)])),
      trouble: null,
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files) fs.closeSync(file.fd)
    this.#files.length = 0
  }
}

function pick(decoded: DecodedBatch, produced: readonly number[]): DecodedBatch {
  return { ...decoded, columns: produced.map((i) => decoded.columns[i]!) }
}

/** Whole lines of a chunk (at most LINES_MAX); at the end of a bounded file the last line needs no line end. */
function splitLines(chunk: Uint8Array, atEnd: boolean): { offsets: Int32Array; lengths: Int32Array; used: number } {
  const offsets: number[] = []
  const lengths: number[] = []
  let at = 0
  while (offsets.length < LINES_MAX && at < chunk.length) {
    const end = chunk.indexOf(10, at)
    if (end < 0 && !atEnd) break
    const stop = end < 0 ? chunk.length : end
    const length = stop > at && chunk[stop - 1] === 13 ? stop - at - 1 : stop - at
    offsets.push(at)
    // An empty line is no record.
    lengths.push(length === 0 ? -1 : length)
    at = end < 0 ? stop : stop + 1
  }
  return { offsets: Int32Array.from(offsets), lengths: Int32Array.from(lengths), used: at }
}

export const filesystemSource: SourceFactory = {
  identifier: 'filesystem',
  eagerWatermarks: true,
  createEnumerator,
  createReader: (table, produced, context) => new FileReader(table, produced, context),
}
