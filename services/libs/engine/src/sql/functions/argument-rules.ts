/**
 * Argument strategies of the functions that Flink defines (its InputTypeStrategies): an argument of another type is cast
 * where the type system has an implicit cast, also a bare NULL.
 */
import { needsNoCast, supportsImplicitCast } from '../types/cast-support.ts'
import { plannedInterval } from '../types/combine-intervals.ts'
import { leastCommonType } from '../types/common-type.ts'
import { areComparableArguments, type Comparison, isOrderableElement } from '../types/comparability.ts'
import type { LogicalType, TypeKind } from '../types/logical-type.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INTEGER,
  notNull,
  nullable,
  SMALLINT,
  TINYINT,
  time,
  timestamp,
  timestampLtz,
  varbinary,
  varchar,
  withNullability,
} from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import {
  inFamily,
  isApproximate,
  isExactNumeric,
  isInteger,
  lengthOf,
  precisionOf,
  scaleOf,
  type TypeFamily,
} from '../types/type-family.ts'
import type { ArgumentStrategy, CallSite, InferredArguments } from './function-definition.ts'

type Inferred = LogicalType | { readonly problem: string }

/** One argument: the type it is taken as, or what is wrong. */
export interface ArgumentRule {
  readonly label: string
  infer(call: CallSite, position: number): Inferred
}

const NO_MATCH = { problem: '' }

export const any: ArgumentRule = { label: '<ANY>', infer: (call, i) => call.types[i]! }

/** A type of the family, or what converts implicitly to the family's usual type. */
export function logical(family: TypeFamily): ArgumentRule {
  const usual = USUAL_KIND[family]
  return {
    label: `<${family}>`,
    infer: (call, i) => {
      const type = call.types[i]!
      if (inFamily(type, family)) return type
      return usual === undefined ? NO_MATCH : convertible(type, usual)
    },
  }
}

const USUAL_KIND: Partial<Record<TypeFamily, TypeKind>> = {
  NUMERIC: 'TINYINT',
  INTEGER_NUMERIC: 'TINYINT',
  EXACT_NUMERIC: 'TINYINT',
  CHARACTER_STRING: 'VARCHAR',
  BINARY_STRING: 'VARBINARY',
  APPROXIMATE_NUMERIC: 'DOUBLE',
  TIMESTAMP: 'TIMESTAMP',
  TIME: 'TIME',
}

/** A type of the kind, or what converts implicitly to it. */
export function root(kind: TypeKind): ArgumentRule {
  return { label: `<${kind}>`, infer: (call, i) => convertible(call.types[i]!, kind) }
}

function convertible(type: LogicalType, kind: TypeKind): Inferred {
  if (type.kind === kind) return type
  const target = typeOfKind(type, kind)
  if (target === undefined) return NO_MATCH
  const sameNull = withNullability(target, type.nullable)
  return supportsImplicitCast(type, sameNull) ? sameNull : NO_MATCH
}

/** The type of a kind that holds another type's values; undefined for kinds that need more to be made. */
function typeOfKind(type: LogicalType, kind: TypeKind): LogicalType | undefined {
  switch (kind) {
    case 'VARCHAR':
      return type.kind === 'CHAR' ? varchar(lengthOf(type)) : varchar(1)
    case 'VARBINARY':
      return type.kind === 'BINARY' ? varbinary(lengthOf(type)) : varbinary(1)
    case 'DECIMAL':
      if (isExactNumeric(type)) return decimal(precisionOf(type), scaleOf(type))
      return isApproximate(type) ? decimal(precisionOf(type) * 2, precisionOf(type)) : decimal(1, 0)
    case 'TIME':
      return time(type.kind === 'TIMESTAMP' ? precisionOf(type) : 0)
    default:
      return DEFAULT_OF_KIND[kind]
  }
}

const DEFAULT_OF_KIND: Partial<Record<TypeKind, LogicalType>> = {
  BOOLEAN,
  TINYINT,
  SMALLINT,
  INTEGER,
  BIGINT,
  FLOAT,
  DOUBLE,
  DATE,
  TIMESTAMP: timestamp(6),
  TIMESTAMP_LTZ: timestampLtz(6),
}

/** Exactly this type, or what converts implicitly to it. */
export function exactly(expected: LogicalType): ArgumentRule {
  return {
    label: printType(expected, 'summary'),
    infer: (call, i) => {
      const type = call.types[i]!
      return needsNoCast(type, expected) || supportsImplicitCast(type, expected) ? expected : NO_MATCH
    },
  }
}

export function either(...rules: readonly ArgumentRule[]): ArgumentRule {
  return {
    label: rules.map((rule) => rule.label).join(' | '),
    infer: (call, i) => {
      let problem = ''
      for (const rule of rules) {
        const inferred = rule.infer(call, i)
        if (!('problem' in inferred)) return inferred
        problem ||= inferred.problem
      }
      return { problem }
    },
  }
}

/** A rule for a literal only. */
export function literal(rule: ArgumentRule): ArgumentRule {
  return {
    label: `${rule.label} literal`,
    infer: (call, i) =>
      call.literals[i] === undefined || call.literals[i] === null
        ? { problem: 'The argument must be a literal' }
        : rule.infer(call, i),
  }
}

/** The type that all arguments share; each keeps its own nullability. */
export const common: ArgumentRule = {
  label: '<COMMON>',
  infer: (call, i) => {
    const shared = leastCommonType(call.types)
    return shared === undefined ? NO_MATCH : withNullability(shared, call.types[i]!.nullable)
  },
}

/** A value that can be an element of the array in the first argument. */
export const arrayElement: ArgumentRule = {
  label: '<ARRAY ELEMENT>',
  infer: (call, i) => {
    const haystack = call.types[0]!
    if (haystack.kind !== 'ARRAY') return NO_MATCH
    const needle = call.types[i]!
    const element = needle.nullable ? nullable(haystack.element) : haystack.element
    return supportsImplicitCast(needle, element) ? element : NO_MATCH
  },
}

export const orderableArray: ArgumentRule = {
  label: '<ARRAY<COMPARABLE>>',
  infer: (call, i) => {
    const type = call.types[i]!
    return type.kind === 'ARRAY' && isOrderableElement(type.element) ? type : NO_MATCH
  },
}

export const arrayOfStrings: ArgumentRule = {
  label: 'ARRAY<STRING>',
  infer: (call, i) => {
    const type = call.types[i]!
    if (type.kind !== 'ARRAY') return NO_MATCH
    return 'problem' in convertible(nullable(type.element), 'VARCHAR') ? NO_MATCH : type
  },
}

/** An integer; a literal one must not be negative. */
export const index: ArgumentRule = {
  label: '<INTEGER_NUMERIC>',
  infer: (call, i) => {
    if (!isInteger(call.types[i]!)) return NO_MATCH
    const value = call.literals[i]
    return value !== undefined && value !== null && Number(value) < 0
      ? { problem: 'An index must not be negative' }
      : call.types[i]!
  },
}

const PERCENTAGE_PROBLEM = 'A percentage must be between 0.0 and 1.0 and not NULL'

export const percentage: ArgumentRule = {
  label: '<NUMERIC NOT NULL>',
  infer: (call, i) => {
    const type = call.types[i]!
    const value = call.literals[i]
    if (!inFamily(type, 'NUMERIC') || type.nullable) return { problem: PERCENTAGE_PROBLEM }
    const outside = value !== undefined && !(Number(value) >= 0 && Number(value) <= 1)
    return outside ? { problem: PERCENTAGE_PROBLEM } : notNull(DOUBLE)
  },
}

export const percentages: ArgumentRule = {
  label: 'ARRAY<NUMERIC NOT NULL> NOT NULL',
  infer: (call, i) => {
    const type = call.types[i]!
    if (type.kind !== 'ARRAY' || type.nullable || type.element.nullable || !inFamily(type.element, 'NUMERIC')) return NO_MATCH
    return { kind: 'ARRAY', nullable: false, element: notNull(DOUBLE) }
  },
}

// ---- whole argument lists

function planned(call: CallSite): CallSite {
  return { ...call, types: call.types.map(plannedInterval) }
}

/** Exactly these arguments. */
export function sequence(...rules: readonly ArgumentRule[]): ArgumentStrategy {
  return {
    min: rules.length,
    max: rules.length,
    signatures: [rules.map((rule) => rule.label).join(', ')],
    infer: (call) => inferAll(planned(call), (i) => rules[i]!),
  }
}

/** These arguments, the last of them once or more, or (from `min`) not at all. */
export function varying(min: number, ...rules: readonly ArgumentRule[]): ArgumentStrategy {
  const last = rules.length - 1
  return {
    min,
    max: Number.POSITIVE_INFINITY,
    signatures: [`${rules.map((rule) => rule.label).join(', ')}…`],
    infer: (call) => inferAll(planned(call), (i) => rules[Math.min(i, last)]!),
  }
}

function inferAll(call: CallSite, ruleAt: (i: number) => ArgumentRule): InferredArguments {
  const types: LogicalType[] = []
  for (let i = 0; i < call.types.length; i++) {
    const inferred = ruleAt(i).infer(call, i)
    if ('problem' in inferred) return inferred
    if (!supportsImplicitCast(call.types[i]!, inferred)) return NO_MATCH
    types.push(inferred)
  }
  return types
}

/** Arguments that can be compared with their neighbours. */
export function comparable(min: number, max: number, required: Comparison): ArgumentStrategy {
  return {
    min,
    max,
    signatures: ['<COMPARABLE>…'],
    infer: (call) => {
      const { types } = planned(call)
      const pairs =
        types.length === 1 ? [[types[0]!, types[0]!] as const] : types.slice(1).map((type, i) => [types[i]!, type] as const)
      return pairs.every(([a, b]) => areComparableArguments(a, b, required)) ? types : NO_MATCH
    },
  }
}

/** Collections of one kind that have a common type. */
export function commonCollection(kind: 'ARRAY' | 'MAP', min: number, max: number): ArgumentStrategy {
  return {
    min,
    max,
    signatures: ['<COMMON>, <COMMON>…'],
    infer: (call) => {
      const { types } = planned(call)
      const shared = types.every((type) => type.kind === kind) ? leastCommonType(types) : undefined
      return shared === undefined ? NO_MATCH : types.map(() => shared)
    },
  }
}
