/** Why a job ends or pauses, as a code of the catalogue. */
import type { JobFailure } from './job.ts'

/** Raised by the engine itself with a code of the catalogue. */
export class JobError extends Error {
  override readonly name: string = 'JobError'
  readonly code: string
  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}

/** Refusal of a charge before the memory is taken. */
export class StateLimitError extends JobError {
  override readonly name = 'StateLimitError'
  constructor(bytes: number, limit: number) {
    super('STATE_LIMIT', `The state would hold ${bytes} bytes; ${limit} are allowed.`)
  }
}

/** A newer run owns the statement's transactions; also said by writers on a thread. */
export const FENCED = 'TRANSACTION_FENCED'

const CATALOGUE_CODE = /^[A-Z]+(_[A-Z]+)+$/

/** Errors that carry a code of the catalogue keep it; anything else is a defect of ours. */
export function failureOf(error: unknown): JobFailure {
  const { code, message, name } = (error ?? {}) as { code?: unknown; message?: unknown; name?: unknown }
  const text = typeof message === 'string' ? message : String(error)
  if (name === 'FencedError') return { code: FENCED, message: text }
  if (typeof code !== 'string' || code.startsWith('ERR_') || !CATALOGUE_CODE.test(code))
    return { code: 'INTERNAL', message: `${text}${placeOf(error)}` }
  return { code, message: text }
}

/** Where a defect showed: the innermost frame, without the path of the installation. */
function placeOf(error: unknown): string {
  const frame = /^\s+at (.*)$/m.exec(error instanceof Error ? (error.stack ?? '') : '')?.[1]
  return frame === undefined ? '' : ` (at ${frame.replace(/file:\/\/\S*\/(?=[^/]+\/[^/]+$)/, '')})`
}
