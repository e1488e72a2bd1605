/** A value of the data could not be computed (division by zero, a failing CAST, …). It ends the statement with the catalogue's VALUE_INVALID. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
  readonly code = 'VALUE_INVALID'
}

/** A NULL reached a NOT NULL column of a sink (catalogue: NOT_NULL_VIOLATED). */
export class NotNullError extends Error {
  override readonly name = 'NotNullError'
  readonly code = 'NOT_NULL_VIOLATED'
}
