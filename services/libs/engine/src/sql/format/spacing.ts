import { RESERVED_FUNCTION_NAMES } from '../lex/keywords.ts'
import type { FormatToken } from './format-token.ts'

/** Keywords that stand close to their parenthesis. */
const CLOSE_KEYWORDS: ReadonlySet<string> = new Set([
  ...RESERVED_FUNCTION_NAMES,
  ...(
    'CAST TRY_CAST SAFE_CAST EXTRACT POSITION CONVERT TRANSLATE OVERLAY CEIL SUBSTRING TRIM JSON_EXISTS JSON_VALUE JSON_QUERY ' +
    'JSON_OBJECT JSON_OBJECTAGG JSON_ARRAY JSON_ARRAYAGG TUMBLE HOP SESSION TIMESTAMPADD TIMESTAMPDIFF DATE_DIFF DATE_TRUNC ' +
    'CLASSIFIER MATCH_NUMBER FIRST LAST PREV NEXT DESCRIPTOR ARRAY_AGG UNNEST TABLE GROUPING ROW MAP ARRAY MULTISET PERIOD ' +
    'CHAR CHARACTER VARCHAR VARYING BINARY VARBINARY DECIMAL DEC NUMERIC TIME TIMESTAMP TIMESTAMP_LTZ RAW DATE HASH RANGE BERNOULLI SYSTEM ' +
    'REPEATABLE SUBSTITUTE CONTAINS_SUBSTR'
  ).split(' '),
])

const TYPE_BRACKET_WORDS: ReadonlySet<string> = new Set(['ARRAY', 'MULTISET', 'MAP', 'ROW', 'STRUCTURED'])

/** What joined with its neighbour would be another token. */
const JOINED_SIGNS = /^(?:<=|>=|<>|!=|\|\||=>|\.\.|\*\/|--|\/\/|\/\*)/

/** What the space rules remember along one statement. */
export type SpacingState = { typeDepth: number; unary: boolean }

export function newSpacingState(): SpacingState {
  return { typeDepth: 0, unary: false }
}

/** Whether a blank stands between two tokens on one line. Call it for each pair in order. */
export function spaceBetween(previous: FormatToken, next: FormatToken, state: SpacingState): boolean {
  const unary = state.unary
  state.unary = (next.key === '-' || next.key === '+') && !endsOperand(previous, state)
  const tight = isTight(previous, next, { state, unary })
  return !tight || wouldJoin(previous, next)
}

function isTight(previous: FormatToken, next: FormatToken, at: Readonly<{ state: SpacingState; unary: boolean }>): boolean {
  const { state, unary } = at
  if (next.key === '<' && TYPE_BRACKET_WORDS.has(previous.key)) {
    state.typeDepth++
    return true
  }
  if (next.key === '>' && state.typeDepth > 0) {
    state.typeDepth--
    return true
  }
  if (next.key === '<>' && previous.key === 'ROW') return true
  if (previous.key === '<' && state.typeDepth > 0) return true
  if (unary) return true
  switch (next.key) {
    case ',':
    case ';':
    case ')':
    case ']':
    case '}':
      return true
    case '.':
      return previous.type !== 'integer' && previous.type !== 'decimal'
    case '(':
      return (
        previous.role === 'function' || previous.key === '(' || (previous.role === 'keyword' && CLOSE_KEYWORDS.has(previous.key))
      )
    case '[':
      return endsOperand(previous, state) || previous.key === 'ARRAY' || previous.key === 'MAP' || previous.key === 'MULTISET'
  }
  if (previous.key === '.') return next.type === 'word' || next.type === 'quoted' || next.key === '*'
  return previous.key === '(' || previous.key === '[' || previous.key === '{'
}

/** Whether a value can end with this token: behind one a minus is an operator. */
function endsOperand(token: FormatToken, state: SpacingState): boolean {
  if (token.type === 'sign')
    return (
      token.key === ')' ||
      token.key === ']' ||
      token.key === '}' ||
      token.key === '?' ||
      (token.key === '>' && state.typeDepth > 0)
    )
  if (token.role === 'keyword') return VALUE_KEYWORDS.has(token.key)
  return true
}

const VALUE_KEYWORDS: ReadonlySet<string> = new Set(
  'TRUE FALSE UNKNOWN NULL END CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP USER DAY HOUR MINUTE MONTH SECOND YEAR'.split(
    ' ',
  ),
)

/** Whether two tokens without a blank would be read as something else. */
function wouldJoin(previous: FormatToken, next: FormatToken): boolean {
  const last = previous.text[previous.text.length - 1] ?? ''
  const first = next.text[0] ?? ''
  if (JOINED_SIGNS.test(last + first)) return true
  if (isWordLike(last) && (isWordLike(first) || first === "'" || first === '&')) return true
  // `a.b$c` is one token, `a. b$c` are three.
  if (last === '.' && next.type === 'word' && next.text.includes('$')) return true
  if (first === '.' && /[0-9.]/.test(last)) return true
  return last === '.' && /[0-9.]/.test(first)
}

function isWordLike(character: string): boolean {
  return /[\p{L}\p{N}_$]/u.test(character)
}
