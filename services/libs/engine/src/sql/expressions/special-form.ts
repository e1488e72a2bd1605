/** Functions with a grammar of their own. */
import type { Expression, IntervalOf, SpecialForm, TimeUnit } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { TIME_UNITS } from '../functions/table/time-arguments.ts'
import type { Span } from '../text/span.ts'
import { intervalType } from '../types/ast-type.ts'
import { notNull, SYMBOL } from '../types/make-type.ts'
import { bindAll, type ExpressionBinder, fail, literal, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { parseIntervalText } from './interval-text.ts'
import { arithmetic } from './operator-expression.ts'

export function bindSpecialForm(binder: ExpressionBinder, ast: SpecialForm): Typed {
  switch (ast.kind) {
    case 'Extract':
      return withUnit(binder, ast.unit, (unit) => call(binder, 'EXTRACT', { parts: [unit, ast.source], span: ast.span }))
    case 'RoundToUnit':
      return withUnit(binder, ast.unit, (unit) => call(binder, `${ast.op} TO`, { parts: [ast.operand, unit], span: ast.span }))
    case 'Trim':
      return call(binder, 'TRIM', { parts: [symbol(ast.where), ast.characters, ast.source], span: ast.span })
    case 'PositionOf':
      return call(binder, 'POSITION', { parts: [ast.needle, ast.haystack, ...(ast.from ? [ast.from] : [])], span: ast.span })
    case 'Overlay':
      return call(binder, 'OVERLAY', {
        parts: [ast.source, ast.placing, ast.from, ...(ast.length ? [ast.length] : [])],
        span: ast.span,
      })
    case 'IntervalDifference':
      return call(binder, 'MINUS_DATE', {
        parts: [ast.left, ast.right, symbol(ast.qualifier.end ?? ast.qualifier.start)],
        span: ast.span,
      })
    case 'IntervalOf':
      return intervalOf(binder, ast)
    case 'Convert':
    case 'ConvertType':
      return unsupported(binder, ast.span, 'CONVERT')
    case 'Translate':
      return unsupported(binder, ast.span, 'TRANSLATE … USING')
    case 'SequenceValue':
      return unsupported(binder, ast.span, 'A sequence')
  }
}

function isBound(part: Expression | BoundExpr): part is BoundExpr {
  return !('span' in part)
}

/** Parts are bound in order; what is bound already stands for itself. */
function call(
  binder: ExpressionBinder,
  name: string,
  { parts, span }: { readonly parts: readonly (Expression | BoundExpr)[]; readonly span: Span },
): Typed {
  const args = parts.map((part) => (isBound(part) ? part : binder.bind(part)))
  return args.every((arg) => arg !== undefined) ? callBuiltIn(binder, name, { args: args as BoundExpr[], span }) : undefined
}

export function symbol(name: string): BoundExpr {
  return literal(SYMBOL, name)
}

/** Names that JDBC and others have for units. */
const UNIT_ALIASES: Readonly<Record<string, string>> = {
  SQL_TSI_YEAR: 'YEAR',
  SQL_TSI_QUARTER: 'QUARTER',
  SQL_TSI_MONTH: 'MONTH',
  SQL_TSI_WEEK: 'WEEK',
  SQL_TSI_DAY: 'DAY',
  SQL_TSI_HOUR: 'HOUR',
  SQL_TSI_MINUTE: 'MINUTE',
  SQL_TSI_SECOND: 'SECOND',
  SQL_TSI_MICROSECOND: 'MICROSECOND',
  SQL_TSI_FRAC_SECOND: 'MICROSECOND',
  FRAC_SECOND: 'MICROSECOND',
  YEARS: 'YEAR',
  QUARTERS: 'QUARTER',
  MONTHS: 'MONTH',
  WEEKS: 'WEEK',
  DAYS: 'DAY',
  HOURS: 'HOUR',
  MINUTES: 'MINUTE',
  SECONDS: 'SECOND',
  DAYOFWEEK: 'DOW',
  DAYOFYEAR: 'DOY',
}

export function withUnit(binder: ExpressionBinder, unit: TimeUnit, use: (unit: BoundExpr) => Typed): Typed {
  const upper = unit.name.toUpperCase()
  const name = UNIT_ALIASES[upper] ?? upper
  if (TIME_UNITS.has(name)) return use(symbol(name))
  return fail(binder, { code: 'SQL_UNKNOWN_UNIT', span: unit.span, message: `'${unit.name}' is not a time unit` })
}

/** `INTERVAL x DAY` is x times one day. */
function intervalOf(binder: ExpressionBinder, { value, qualifier, span }: IntervalOf): Typed {
  const amount = bindAll(binder, [value])?.[0]
  const type = intervalType(qualifier, (diagnostic) => binder.context.report(diagnostic))
  if (amount === undefined || type === undefined) return undefined
  const one = parseIntervalText('1', { ...qualifier, startPrecision: 2 })
  if (typeof one === 'string') return fail(binder, { code: 'SQL_INVALID_LITERAL', span, message: one })
  return arithmetic(binder, '*', { operands: [literal(notNull(type), one), amount], span })
}
