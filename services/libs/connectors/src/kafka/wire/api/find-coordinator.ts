import type { ApiCall } from '../connection.ts'

export interface CoordinatorAnswer {
  readonly error: number
  readonly message: string | null
  readonly id: number
  readonly host: string
  readonly port: number
}

/**
 * FindCoordinator v4 for one key.
 *   request   key_type (0 group, 1 transaction), [key]
 *   response  throttle_ms, [key, node_id, host, port, error, message]
 */
export function findCoordinatorCall(kind: 'group' | 'transaction', key: string): ApiCall<CoordinatorAnswer> {
  return {
    api: 10,
    version: 4,
    flexible: true,
    encode: (w) =>
      w
        .i8(kind === 'group' ? 0 : 1)
        .compactArray([key], (k) => w.compactString(k))
        .noTags(),
    decode(r) {
      r.i32()
      const [answer] = r.compactArray(() => {
        r.compactString()
        const node = { id: r.i32(), host: r.compactString() ?? '', port: r.i32() }
        const coordinator = { ...node, error: r.i16(), message: r.compactString() }
        r.tags()
        return coordinator
      })
      return answer ?? { error: 15, message: 'no coordinator in the answer', id: -1, host: '', port: 0 }
    },
  }
}
