/**
 * Writes part files. Rows go to `.part-….inprogress`; a checkpoint's flush syncs the file and gives it its name, so readers see whole
 * checkpoints. A crash between that and the checkpoint's commit writes the rows again: at least once.
 */
import fs from 'node:fs'
import path from 'node:path'
import { ConnectorFailure, type SinkFactory } from '@millrace/engine/connector'
import { FORMATS, formatOptionsOf, GrowingBytes } from '@millrace/engine/formats'
import { resolvePath } from './confined-path.ts'

const BUFFER_BYTES = 1 << 20

export const filesystemSink: SinkFactory = {
  identifier: 'filesystem',
  createWriter: (table, context) => {
    const folder = resolvePath(table.options['path'] ?? '', context.filesRoot)
    const format = table.options['format'] ?? 'json'
    const zone = context.config['table.local-time-zone'] ?? 'UTC'
    const encoder = FORMATS[format]!.createEncoder(table.columns, formatOptionsOf(table.options, { format, prefix: '', zone }))
    const out = new GrowingBytes(BUFFER_BYTES)
    const base = `part-${context.epoch}-${context.now().toString(36)}-${context.writer}`
    let fd: number | undefined
    let part = 0
    let written = 0
    let total = 0
    const temporary = () => path.join(folder, `.${base}-${part}.inprogress`)
    const spill = () => {
      if (out.position === 0) return
      try {
        if (fd === undefined) {
          fs.mkdirSync(folder, { recursive: true })
          fd = fs.openSync(temporary(), 'w')
        }
        fs.writeSync(fd, out.bytes, 0, out.position)
      } catch (error) {
        throw new ConnectorFailure('CHECKPOINT_STORE_FULL', `Writing ${base} failed: ${(error as Error).message}`, {
          cause: error,
        })
      }
      total += out.position
      out.reset()
    }
    return {
      write: (batch) => {
        for (let r = 0; r < batch.length; r++) {
          encoder.encode(batch, r, out)
          out.ensure(1)
          out.bytes[out.position++] = 10
          if (out.position >= BUFFER_BYTES) spill()
        }
        written += batch.length
      },
      ready: () => undefined,
      flush: async () => {
        spill()
        written = 0
        if (fd === undefined) return
        fs.fsyncSync(fd)
        fs.closeSync(fd)
        fd = undefined
        fs.renameSync(temporary(), path.join(folder, `${base}-${part}.${format === 'json' ? 'jsonl' : format}`))
        part++
      },
      written: () => written,
      bytesWritten: () => total,
      trouble: () => null,
      close: async () => {
        if (fd === undefined) return
        fs.closeSync(fd)
        fs.rmSync(temporary(), { force: true })
        fd = undefined
      },
    }
  },
}
