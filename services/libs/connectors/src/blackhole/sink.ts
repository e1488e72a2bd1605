import type { SinkFactory } from '@millrace/engine/connector'

export const blackholeSink: SinkFactory = {
  identifier: 'blackhole',
  createWriter: () => {
    let written = 0
    return {
      write: (batch) => {
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
