/** Literals: their types and their values. */
import type { DateTimeLiteral, Literal, NumericLiteral } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { intervalType } from '../types/ast-type.ts'
import {
  BIGINT,
  BOOLEAN,
  binary,
  char,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  NULL,
  notNull,
  time,
  timestamp,
  timestampLtz,
} from '../types/make-type.ts'
import { parseDateText, parseTimestampText, parseTimeText } from './datetime-text.ts'
import { type ExpressionBinder, fail, literal, unsupported } from './expression-binder.ts'
import { parseIntervalText } from './interval-text.ts'

export function bindLiteral(binder: ExpressionBinder, ast: Literal): Typed {
  switch (ast.kind) {
    case 'StringLiteral':
      return literal(notNull(char(ast.value.length)), ast.value)
    case 'BinaryLiteral':
      if (ast.hex.length % 2 !== 0)
        return invalid(binder, ast, { message: 'A binary literal needs an even number of hexadecimal digits' })
      return literal(notNull(binary(ast.hex.length / 2)), ast.hex)
    case 'NumericLiteral':
      return bindNumber(binder, ast, false)
    case 'BooleanLiteral':
      return ast.value === null ? literal(BOOLEAN, null) : literal(notNull(BOOLEAN), ast.value)
    case 'NullLiteral':
      return literal(NULL, null)
    case 'DateTimeLiteral':
      return bindDateTime(binder, ast)
    case 'IntervalLiteral': {
      const type = intervalType(ast.qualifier, (diagnostic) => binder.context.report(diagnostic))
      if (type === undefined) return undefined
      const value = parseIntervalText(ast.value, ast.qualifier)
      if (typeof value === 'string') return invalid(binder, ast, { message: value })
      return literal(notNull(type), ast.negative ? -value : value)
    }
  }
}

function invalid(binder: ExpressionBinder, { span }: Literal, problem: { message: string; hint?: string }): undefined {
  return fail(binder, { code: 'SQL_INVALID_LITERAL', span, ...problem })
}

const INT_MAX = 2_147_483_647n
const LONG_MAX = 9_223_372_036_854_775_807n

/** A number, with the sign before it: only so is the least INT an INT. */
export function bindNumber(binder: ExpressionBinder, ast: NumericLiteral, minus: boolean): Typed {
  const text = minus ? negated(ast.text) : ast.text
  if (ast.approximate) {
    const value = Number(text)
    return Number.isFinite(value)
      ? literal(notNull(DOUBLE), value)
      : invalid(binder, ast, { message: `${text} is out of the range of DOUBLE` })
  }
  const [whole = '', fraction = ''] = text.split('.')
  const unscaled = BigInt(whole.replace('-', '') + fraction)
  const limit = text.startsWith('-') ? LONG_MAX + 1n : LONG_MAX
  if (unscaled > limit)
    return invalid(binder, ast, { message: `${text} is out of range`, hint: 'Write it as a string and cast it to DECIMAL.' })
  if (fraction === '') {
    const isInt = unscaled <= (text.startsWith('-') ? INT_MAX + 1n : INT_MAX)
    return isInt ? literal(notNull(INTEGER), Number(whole)) : literal(notNull(BIGINT), String(BigInt(whole)))
  }
  return literal(notNull(decimal(decimalDigits(ast), fraction.length)), text)
}

function negated(text: string): string {
  return text.startsWith('-') ? text.slice(1) : `-${text}`
}

/** Every written digit counts, also leading zeros; the parser writes `.5` as 0.5, which its span tells. */
function decimalDigits({ text, span }: NumericLiteral): number {
  const digits = text.replace(/[-.]/g, '').length
  const withoutZero = /^-?0\./.test(text) && span.end - span.start < text.length
  return Math.min(withoutZero ? digits - 1 : digits, 38)
}

function bindDateTime(binder: ExpressionBinder, ast: DateTimeLiteral): Typed {
  const { type, value } = ast
  switch (type) {
    case 'DATE': {
      const days = parseDateText(value)
      return days === undefined ? malformed(binder, ast, 'yyyy-MM-dd') : literal(notNull(DATE), days)
    }
    case 'TIME': {
      const parsed = parseTimeText(value)
      if (parsed === undefined) return malformed(binder, ast, 'HH:mm:ss')
      return literal(notNull(time(Math.min(parsed.digits, 3))), parsed.milliseconds)
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH LOCAL TIME ZONE': {
      const parsed = parseTimestampText(value)
      if (parsed === undefined) return malformed(binder, ast, 'yyyy-MM-dd HH:mm:ss')
      const local = literal(notNull(timestamp(parsed.digits)), [parsed.milliseconds, parsed.nanoseconds])
      return type === 'TIMESTAMP' ? local : inSessionZone(local, parsed.digits)
    }
    default:
      return unsupported(binder, ast.span, `The type ${type}`)
  }
}

/** The zone of the session decides which instant a local time is, when it runs. */
function inSessionZone(local: BoundExpr, digits: number): BoundExpr {
  return { kind: 'Cast', type: notNull(timestampLtz(digits)), input: local, mode: 'CAST', implicit: true }
}

function malformed(binder: ExpressionBinder, ast: DateTimeLiteral, format: string): undefined {
  return invalid(binder, ast, { message: `Illegal ${ast.type} literal '${ast.value}'`, hint: `Write it as ${format}.` })
}
