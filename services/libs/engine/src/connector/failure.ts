/**
 * Ends the statement with a code of the catalogue: bad data under `error-handling.mode = fail`, a topic or file that does not exist.
 * What recovers by itself (a broker that is down) is not thrown: a reader or writer reports it as `trouble`.
 */
export class ConnectorFailure extends Error {
  override readonly name = 'ConnectorFailure'
  readonly code: string
  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
