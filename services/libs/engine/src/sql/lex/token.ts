/**
 * One token. `key` is what the grammar compares: the upper-case keyword, or the sign itself; empty for
 * plain identifiers, literals and the end. Offsets are UTF-16.
 */
export type Token = Readonly<{ type: TokenType; key: string; start: number; end: number }>

export type TokenType =
  | 'word'
  | 'quoted'
  | 'unicode-quoted'
  | 'string'
  | 'prefixed-string'
  | 'unicode-string'
  | 'escape-string'
  | 'binary-string'
  | 'integer'
  | 'decimal'
  | 'approximate'
  | 'sign'
  | 'invalid'
  | 'end'

/** White space and comments: what lies between tokens. */
export type Trivia = Readonly<{ type: 'space' | 'line-comment' | 'block-comment'; start: number; end: number }>
