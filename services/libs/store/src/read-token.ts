import { createHmac } from 'node:crypto'

/**
 * The token that a reader of a statement's results shows at the worker's read port: bound to worker, version and epoch, so that it
 * ends with the assignment. Scheduler and data gateway derive it from the same key; nothing has to be stored.
 */
export function readToken(
  key: Uint8Array,
  of: { readonly worker: string; readonly version: string; readonly epoch: number },
): string {
  return createHmac('sha256', key).update(`read-token/1\n${of.worker}\n${of.version}\n${of.epoch}`).digest('base64url')
}
