/** COUNT, SUM, AVG and the variances: state is sums and counts, so that retraction is subtraction. */
import { averageType } from '../../sql/types/decimal-arithmetic.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { saturated } from '../casts/boxed-cast.ts'
import { doubleText } from '../casts/print-value.ts'
import type { CodeBuilder } from '../code-builder.ts'
import { formOf, toForm } from '../conversion.ts'
import { divideHalfUp, parseDecimal, pow10 } from '../decimal-math.ts'
import { asDouble, asUnscaled, coerce, decimalFromBig, exactDigits } from '../numeric.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import type { Value } from '../value.ts'
import { type AggregateCode, type AggregateSpec, type Cells, pinned, type StateKind, whereKnown } from './aggregate-code.ts'

const COUNT_RANGE = [0, Number.MAX_SAFE_INTEGER] as const

export function count({ env }: AggregateSpec): AggregateCode {
  const add = (sign: string) => (args: readonly Value[], cells: Cells) =>
    whereKnown(env, args, () => env.code.line(`${cells(0)} ${sign}= 1`))
  return {
    columns: [{ kind: 'f64' }],
    accumulate: add('+'),
    retract: add('-'),
    merge: (cells, other) => env.code.line(`${cells(0)} += ${other(0)}`),
    result: (cells) => pinned(env, { form: 'int', isNull: null, code: [cells(0)], range: COUNT_RANGE }),
  }
}

/** How sums of a type are held: int32 that wraps, int64 that wraps, doubles, or unscaled bigints. */
interface SumKind {
  readonly kind: StateKind
  /** JS expression of the argument in the sum's form. */
  term(value: Value): string
  plus(cell: string, sign: '+' | '-', term: string): string
}

function sumKind(spec: AggregateSpec, type: LogicalType): SumKind {
  const { env } = spec
  const from = spec.argTypes[0]!
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER': {
      const shift = type.kind === 'TINYINT' ? 24 : type.kind === 'SMALLINT' ? 16 : 0
      const narrow = (code: string): string => (shift === 0 ? `(${code}) | 0` : `(${code}) << ${shift} >> ${shift}`)
      return {
        kind: 'i32',
        term: (value) => toForm(env.code, value, 'i32').code[0]!,
        plus: (cell, sign, term) => narrow(`${cell} ${sign} ${term}`),
      }
    }
    case 'BIGINT':
      return {
        kind: 'i64',
        term: (value) => toForm(env.code, coerce(env, value, { from, to: type }), 'i64').code[0]!,
        plus: (cell, sign, term) => `BigInt.asIntN(64, ${cell} ${sign} ${term})`,
      }
    case 'FLOAT':
      return {
        kind: 'f64',
        term: (value) => asDouble(env, value, from),
        plus: (cell, sign, term) => `Math.fround(${cell} ${sign} ${term})`,
      }
    case 'DOUBLE':
    case 'INTERVAL_DAY_TIME':
      return { kind: 'f64', term: (value) => asDouble(env, value, from), plus: (cell, sign, term) => `${cell} ${sign} ${term}` }
    case 'INTERVAL_YEAR_MONTH':
      return { kind: 'i32', term: (value) => value.code[0]!, plus: (cell, sign, term) => `${cell} ${sign} ${term} | 0` }
    case 'DECIMAL':
      return {
        kind: 'object',
        term: (value) => asUnscaled(env, value, { type: from, scale: exactDigits(from).scale }),
        plus: (cell, sign, term) => `(${cell} ?? 0n) ${sign} ${term}`,
      }
    default:
      throw new UnsupportedError(`${spec.fn} of ${type.kind}`)
  }
}

/** Columns: sum, number of known values. */
function sumAndCount(spec: AggregateSpec, sum: SumKind): Pick<AggregateCode, 'columns' | 'accumulate' | 'retract' | 'merge'> {
  const { env } = spec
  const add = (sign: '+' | '-') => (args: readonly Value[], cells: Cells) =>
    whereKnown(env, args, () => {
      env.code.line(`${cells(0)} = ${sum.plus(cells(0), sign, sum.term(args[0]!))}`)
      env.code.line(`${cells(1)} ${sign}= 1`)
    })
  return {
    columns: [{ kind: sum.kind }, { kind: 'f64' }],
    accumulate: add('+'),
    retract: add('-'),
    merge(cells, other) {
      const term = sum.kind === 'object' ? `(${other(0)} ?? 0n)` : other(0)
      env.code.line(`${cells(0)} = ${sum.plus(cells(0), '+', term)}`)
      env.code.line(`${cells(1)} += ${other(1)}`)
    },
  }
}

/** NULL without values, unless `zero`. */
export function sum(spec: AggregateSpec, zero: boolean): AggregateCode {
  const { env, type } = spec
  const held = type.kind === 'DECIMAL' ? { ...type, precision: 38 } : type
  const kind = sumKind(spec, held)
  return {
    ...sumAndCount(spec, kind),
    result(cells) {
      const isNull = zero ? null : env.code.assign(`${cells(1)} === 0`, 'z')
      if (type.kind !== 'DECIMAL') return pinned(env, { form: formOf(type), isNull, code: [cells(0)] })
      const scale = exactDigits(spec.argTypes[0]!).scale
      return pinned(env, decimalFromBig(env, `(${cells(0)} ?? 0n)`, { type, scale, isNull }))
    },
  }
}

/** Whole numbers are summed as BIGINT and the quotient is cut; decimals are rounded half up. */
export function average(spec: AggregateSpec): AggregateCode {
  const from = spec.argTypes[0]!
  const held: LogicalType =
    from.kind === 'DECIMAL'
      ? { ...from, precision: 38 }
      : { kind: from.kind === 'FLOAT' || from.kind === 'DOUBLE' ? 'DOUBLE' : 'BIGINT', nullable: true }
  const quotient = held.kind === 'BIGINT' ? wholeQuotient : held.kind === 'DOUBLE' ? doubleQuotient : decimalQuotient
  return { ...sumAndCount(spec, sumKind(spec, held)), result: (cells) => pinned(spec.env, quotient(spec, cells)) }
}

function noValues({ env }: AggregateSpec, cells: Cells): string {
  return env.code.assign(`${cells(1)} === 0`, 'z')
}

function wholeQuotient(spec: AggregateSpec, cells: Cells): Value {
  const { code } = spec.env
  const isNull = noValues(spec, cells)
  const quotient = code.assign(`BigInt.asIntN(64, ${cells(0)} / BigInt.asIntN(64, ${isNull} ? 1n : BigInt(${cells(1)})))`)
  return toForm(code, { form: 'i64', isNull, code: [quotient] }, formOf(spec.type))
}

function doubleQuotient(spec: AggregateSpec, cells: Cells): Value {
  const quotient = `${cells(0)} / ${cells(1)}`
  return {
    form: 'f64',
    isNull: noValues(spec, cells),
    code: [spec.type.kind === 'FLOAT' ? `Math.fround(${quotient})` : quotient],
  }
}

function decimalQuotient(spec: AggregateSpec, cells: Cells): Value {
  const { env } = spec
  const from = spec.argTypes[0] as LogicalType & { kind: 'DECIMAL' }
  const type = (spec.type.kind === 'DECIMAL' ? spec.type : averageType(from)) as LogicalType & { kind: 'DECIMAL' }
  const isNull = noValues(spec, cells)
  const scale = Math.max(type.scale, from.scale)
  const dividend = `(${cells(0)} ?? 0n) * ${pow10(scale - from.scale)}n`
  const unscaled = `${env.code.constant(divideHalfUp)}(${dividend}, ${isNull} ? 1n : BigInt(${cells(1)}))`
  return decimalFromBig(env, unscaled, { type, scale, isNull })
}

/**
 * VAR_POP, VAR_SAMP and their roots. State is count, mean and sum of squared distances (Welford's online algorithm; merging by
 * Chan et al.), which does not lose digits as sums of squares do. A sample of one has none.
 */
export function variance(spec: AggregateSpec, form: { readonly sample: boolean; readonly root: boolean }): AggregateCode {
  const { env, type } = spec
  const { code } = env
  const term = (args: readonly Value[]): string => code.assign(asDouble(env, args[0]!, spec.argTypes[0]!))
  return {
    columns: [{ kind: 'f64' }, { kind: 'f64' }, { kind: 'f64' }],
    accumulate: (args, cells) =>
      whereKnown(env, args, () => {
        const value = term(args)
        const distance = code.name('t')
        code.line(`const ${distance} = ${value} - ${cells(1)}; ${cells(0)} += 1; ${cells(1)} += ${distance} / ${cells(0)}`)
        code.line(`${cells(2)} += ${distance} * (${value} - ${cells(1)})`)
      }),
    retract: (args, cells) =>
      whereKnown(env, args, () => {
        const value = term(args)
        const distance = code.name('t')
        code.line(`${cells(0)} -= 1`)
        code.block(`if (${cells(0)} === 0)`, () => code.line(`${cells(1)} = 0; ${cells(2)} = 0`))
        code.block('else', () => {
          code.line(`const ${distance} = ${value} - ${cells(1)}; ${cells(1)} -= ${distance} / ${cells(0)}`)
          code.line(`${cells(2)} -= ${distance} * (${value} - ${cells(1)})`)
        })
      }),
    merge: (cells, other) => mergeVariance(code, cells, other),
    result(cells) {
      const isNull = code.assign(`${cells(0)} <= ${form.sample ? 1 : 0}`, 'z')
      const spread = `Math.max(0, ${cells(2)} / (${cells(0)}${form.sample ? ' - 1' : ''}))`
      const known = code.assign(form.root ? `Math.sqrt(${spread})` : spread)
      return doubleAs(spec, { form: 'f64', isNull, code: [known] }, type)
    },
  }
}

function mergeVariance(code: CodeBuilder, cells: Cells, other: Cells): void {
  code.block(`if (${other(0)} > 0)`, () => {
    const [distance, total] = [code.name('t'), code.name('t')]
    code.line(`const ${distance} = ${other(1)} - ${cells(1)}, ${total} = ${cells(0)} + ${other(0)}`)
    code.line(`${cells(2)} += ${other(2)} + ${distance} * ${distance} * ${cells(0)} * ${other(0)} / ${total}`)
    code.line(`${cells(1)} += ${distance} * ${other(0)} / ${total}; ${cells(0)} = ${total}`)
  })
}

function doubleAs({ env }: AggregateSpec, value: Value, type: LogicalType): Value {
  if (type.kind === 'DOUBLE') return value
  if (type.kind === 'FLOAT') return { ...value, code: [env.code.assign(`Math.fround(${value.code[0]!})`)] }
  if (type.kind === 'DECIMAL') {
    const toBig = env.code.constant((number: number) => parseDecimal(doubleText(number), type.scale) ?? 0n)
    return decimalFromBig(env, `${toBig}(${value.code[0]!})`, { type, scale: type.scale, isNull: value.isNull })
  }
  const whole = env.code.constant((number: number) => saturated(number, type))
  return { form: formOf(type), isNull: value.isNull, code: [env.code.assign(`${whole}(${value.code[0]!})`)] }
}
