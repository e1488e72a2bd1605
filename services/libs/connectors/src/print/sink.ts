import type { SinkFactory } from '@millrace/engine/connector'
import { rowText } from '@millrace/engine/formats'

const KINDS = ['+I', '-U', '+U', '-D']

export const printSink: SinkFactory = {
  identifier: 'print',
  createWriter: (table, context) => {
    const types = table.columns.map((c) => c.type)
    const name = table.options['print-identifier']
    const several = context.writers > 1
    const prefix = `${name ?? ''}${several ? `${name === undefined ? '' : ':'}${context.writer + 1}` : ''}${name !== undefined || several ? '> ' : ''}`
    let written = 0
    return {
      write: (batch) => {
        for (let r = 0; r < batch.length; r++)
          context.print(`${prefix}${KINDS[batch.kinds?.[r] ?? 0]}${rowText(batch, r, types)}`)
        written += batch.length
      },
      ready: () => undefined,
      flush: async () => {
        written = 0
      },
      written: () => written,
      bytesWritten: () => 0,
      trouble: () => null,
      close: async () => {},
    }
  },
}
