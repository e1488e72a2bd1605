/** Thrown while code is generated for something without an implementation; the planner turns it into SQL_UNSUPPORTED before anything runs. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
  readonly construct: string
  constructor(construct: string) {
    super(`${construct} is not supported`)
    this.construct = construct
  }
}
