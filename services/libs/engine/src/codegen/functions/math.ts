import type { Boxed } from '../../data/boxed.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { formOf } from '../conversion.ts'
import { divideHalfUp, pow10 } from '../decimal-math.ts'
import type { EvaluationContext, ExpressionEnv } from '../expression-env.ts'
import { asDouble } from '../numeric.ts'
import { anyNull, nullValue } from '../value.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

/** A function over doubles: `code` makes the JS expression from those of the arguments. */
function overDoubles(code: (...args: string[]) => string): Emitter {
  return (env, call) => {
    const values = call.args.map((arg) => env.emit(arg))
    const isNull = anyNull(values)
    if (isNull === 'true') return nullValue('f64')
    const doubles = values.map((value, i) => asDouble(env, value, call.args[i]!.type))
    return { form: 'f64', isNull, code: [env.code.assign(code(...doubles))] }
  }
}

const math = (name: string): Emitter => overDoubles((...args) => `Math.${name}(${args.join(', ')})`)

const logarithm: Emitter = (env, call) =>
  call.args.length === 1
    ? math('log')(env, call)
    : overDoubles((base, value) => `Math.log(${value}) / Math.log(${base})`)(env, call)

const isWhole = (type: LogicalType): boolean => /^(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(type.kind)

/** Numbers by their kind: whole ones, decimals by unscaled value and scale, doubles. */
function numeric(spec: {
  whole: (value: bigint | number) => Boxed
  decimal: (unscaled: bigint, scale: number) => bigint
  double: (value: number) => number
}): Emitter {
  return made(({ argTypes, type }) => {
    const from = argTypes[0]!
    if (isWhole(from)) return spec.whole
    if (from.kind !== 'DECIMAL') return spec.double
    const wrap = decimalWrapper(type)
    return (value: bigint | number) => wrap(spec.decimal(BigInt(value), from.scale))
  })
}

function decimalWrapper(type: LogicalType): (unscaled: bigint) => Boxed {
  return formOf(type) === 'f64' ? (unscaled) => Number(unscaled) : (unscaled) => unscaled
}

function floorDivide(value: bigint, unit: bigint): bigint {
  const quotient = value / unit
  return value % unit < 0n ? quotient - 1n : quotient
}

/** ROUND and TRUNCATE to `digits` places; negative digits are left of the point. */
function toDigits(rounds: boolean): Emitter {
  const bigints = (value: bigint, unit: bigint): bigint => (rounds ? divideHalfUp(value, unit) : value / unit)
  return made(({ argTypes, type }) => {
    const from = argTypes[0]!
    if (isWhole(from)) {
      return (value: bigint | number, digits = 0) => {
        if (digits >= 0) return value
        const unit = pow10(Math.min(-digits, 40))
        const result = bigints(BigInt(value), unit) * unit
        return typeof value === 'bigint' ? BigInt.asIntN(64, result) : Number(BigInt.asIntN(32, result))
      }
    }
    if (from.kind === 'DECIMAL') return decimalDigits(from.scale, type, bigints)
    return (value: number, digits = 0) => roundDouble(value, Number(digits), rounds)
  })
}

function decimalDigits(
  scale: number,
  type: LogicalType,
  round: (value: bigint, unit: bigint) => bigint,
): (value: bigint | number, digits?: number) => Boxed {
  const wrap = decimalWrapper(type)
  const { scale: target, precision } = type as { readonly scale: number; readonly precision: number }
  const limit = pow10(precision)
  return (value, digits = 0) => {
    const unit = pow10(Math.min(Math.max(scale - digits, 0), 80))
    const rounded = round(BigInt(value), unit) * unit
    const result = target >= scale ? rounded * pow10(target - scale) : rounded / pow10(scale - target)
    return result >= limit || result <= -limit ? null : wrap(result)
  }
}

function roundDouble(value: number, digits: number, rounds: boolean): number {
  if (!Number.isFinite(value) || digits > 20) return value
  const factor = 10 ** digits
  const shifted = value * factor
  if (!rounds) return Math.trunc(shifted) / factor
  const magnitude = Number(`${Math.round(Number(`${Math.abs(value)}e${digits}`))}e${-digits}`)
  return Number.isNaN(magnitude) ? (Math.sign(value) * Math.round(Math.abs(shifted))) / factor : Math.sign(value) * magnitude
}

const abs = numeric({
  whole: (value) => (value < 0 ? -value : value),
  decimal: (unscaled) => (unscaled < 0n ? -unscaled : unscaled),
  double: Math.abs,
})
const sign = numeric({
  whole: (value) => (typeof value === 'bigint' ? (value > 0n ? 1n : value < 0n ? -1n : 0n) : Math.sign(value)),
  decimal: (unscaled, scale) => (unscaled > 0n ? pow10(scale) : unscaled < 0n ? -pow10(scale) : 0n),
  double: Math.sign,
})
const floor = numeric({ whole: (value) => value, decimal: (u, scale) => floorDivide(u, pow10(scale)), double: Math.floor })
const ceil = numeric({ whole: (value) => value, decimal: (u, scale) => -floorDivide(-u, pow10(scale)), double: Math.ceil })

function hex(value: bigint | number | string): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex').toUpperCase()
  return BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase()
}

function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null
  return new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `00${text.slice(1)}`, 'hex'))
}

/** java.util.Random's generator, so that RAND(seed) gives Java's numbers. */
function javaRandom(seed: bigint): (bits: number) => number {
  const mask = (1n << 48n) - 1n
  let state = (seed ^ 0x5deece66dn) & mask
  return (bits) => {
    state = (state * 0x5deece66dn + 0xbn) & mask
    return Number(BigInt.asIntN(32, state >> BigInt(48 - bits)))
  }
}

function nextDouble(next: (bits: number) => number): number {
  return ((next(26) >>> 0) * 2 ** 27 + (next(27) >>> 0)) / 2 ** 53
}

/** With a seed each call in a statement has a sequence of its own; without one the host's randomness is used. */
const rand: Emitter = (env, call) =>
  call.args.length === 0
    ? runtime((context: EvaluationContext) => context.random(), { contextual: true })(env, call)
    : made(() => {
        let next: ((bits: number) => number) | undefined
        return (seed: bigint | number) => {
          next ??= javaRandom(BigInt(seed))
          return nextDouble(next)
        }
      })(env, call)

const randInteger: Emitter = (env, call) =>
  call.args.length === 1
    ? runtime((context: EvaluationContext, bound: number) => Math.floor(context.random() * Number(bound)), { contextual: true })(
        env,
        call,
      )
    : made(() => {
        let next: ((bits: number) => number) | undefined
        return (seed: bigint | number, bound: bigint | number) => {
          next ??= javaRandom(BigInt(seed))
          return boundedInt(next, Number(bound))
        }
      })(env, call)

function boundedInt(next: (bits: number) => number, bound: number): number {
  const first = next(31)
  if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(first)) >> 31n)
  let bits = first
  let value = bits % bound
  while (bits - value + (bound - 1) > 2147483647) {
    bits = next(31)
    value = bits % bound
  }
  return value
}

/** A random UUID (version 4) from the host's randomness. */
function uuid(context: EvaluationContext): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const digit = Math.floor(context.random() * 16)
    return (place === 'x' ? digit : (digit & 3) | 8).toString(16)
  })
}

const constant =
  (value: number): Emitter =>
  (_env: ExpressionEnv) => ({ form: 'f64', isNull: null, code: [String(value)] })

export const MATH: EmitterTable = {
  POWER: math('pow'),
  SQRT: math('sqrt'),
  LN: math('log'),
  LOG: logarithm,
  LOG10: math('log10'),
  LOG2: overDoubles((x) => `Math.log(${x}) / Math.log(2)`),
  EXP: math('exp'),
  SIN: math('sin'),
  SINH: math('sinh'),
  COS: math('cos'),
  COSH: math('cosh'),
  TAN: math('tan'),
  TANH: math('tanh'),
  COT: overDoubles((x) => `1 / Math.tan(${x})`),
  ASIN: math('asin'),
  ACOS: math('acos'),
  ATAN: math('atan'),
  ATAN2: math('atan2'),
  DEGREES: overDoubles((x) => `${x} * 180 / Math.PI`),
  RADIANS: overDoubles((x) => `${x} / 180 * Math.PI`),
  ABS: abs,
  SIGN: sign,
  FLOOR: floor,
  CEIL: ceil,
  CEILING: ceil,
  ROUND: toDigits(true),
  TRUNCATE: toDigits(false),
  PI: constant(Math.PI),
  E: constant(Math.E),
  RAND: rand,
  RAND_INTEGER: randInteger,
  UUID: runtime(uuid, { contextual: true }),
  BIN: runtime((value: bigint | number) => BigInt.asUintN(64, BigInt(value)).toString(2)),
  HEX: runtime(hex),
  UNHEX: runtime(unhex),
}
