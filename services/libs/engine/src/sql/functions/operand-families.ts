/**
 * Argument strategies of the functions that Calcite defines: each operand must be of a family, nothing is cast, and a bare
 * NULL is refused because it has no type.
 */
import type { LogicalType } from '../types/logical-type.ts'
import {
  isBinary,
  isCharacter,
  isDatetime,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
} from '../types/type-family.ts'
import type { ArgumentStrategy, CallSite, InferredArguments } from './function-definition.ts'

export interface Family {
  readonly label: string
  readonly includes: (type: LogicalType) => boolean
}

function family(label: string, includes: (type: LogicalType) => boolean): Family {
  return { label: `<${label}>`, includes }
}

export const ANY = family('ANY', () => true)
export const BOOL = family('BOOLEAN', (type) => type.kind === 'BOOLEAN')
export const CHARACTER = family('CHARACTER', isCharacter)
export const BINARY = family('BINARY', isBinary)
export const STRINGS = family('STRING', (type) => isCharacter(type) || isBinary(type))
export const NUMERIC = family('NUMERIC', isNumeric)
export const EXACT = family('EXACT_NUMERIC', isExactNumeric)
export const INT = family('INTEGER', isInteger)
/** The type INT and the smaller ones. */
export const INT32 = family('INT', (type) => isInteger(type) && type.kind !== 'BIGINT')
export const TIMESTAMPS = family('TIMESTAMP', isTimestamp)
export const DATETIME = family('DATETIME', isDatetime)
export const INTERVAL = family('INTERVAL', isInterval)
export const UNIT = family('UNIT', (type) => type.kind === 'SYMBOL')
export const COLLECTION_OR_MAP = family('COLLECTION or MAP', (type) => ['ARRAY', 'MULTISET', 'MAP'].includes(type.kind))

export const NULL_PROBLEM = 'A bare NULL has no type here'

/** No argument at all. */
export const NILADIC: ArgumentStrategy = { min: 0, max: 0, signatures: [''], infer: () => [] }

/** Exactly these families, in order. */
export function operands(...families: readonly Family[]): ArgumentStrategy {
  return {
    min: families.length,
    max: families.length,
    signatures: [families.map((f) => f.label).join(', ')],
    infer: (call) => check(call, (i) => families[i]),
  }
}

/** One or more of a family. */
export function repeated(min: number, each: Family): ArgumentStrategy {
  return { min, max: Number.POSITIVE_INFINITY, signatures: [`${each.label}, …`], infer: (call) => check(call, () => each) }
}

function check(call: CallSite, familyAt: (i: number) => Family | undefined): InferredArguments {
  const nullAt = call.types.findIndex((type, i) => type.kind === 'NULL' && familyAt(i) !== ANY)
  if (nullAt >= 0) return { problem: NULL_PROBLEM }
  const matches = call.types.every((type, i) => familyAt(i)?.includes(type) === true)
  return matches ? call.types : { problem: '' }
}

/** The first alternative that takes the arguments. */
export function anyOf(...alternatives: readonly ArgumentStrategy[]): ArgumentStrategy {
  return {
    min: Math.min(...alternatives.map((a) => a.min)),
    max: Math.max(...alternatives.map((a) => a.max)),
    signatures: alternatives.flatMap((a) => a.signatures),
    infer: (call) => {
      let problem = ''
      for (const alternative of alternatives) {
        if (call.types.length < alternative.min || call.types.length > alternative.max) continue
        const inferred = alternative.infer(call)
        if (!('problem' in inferred)) return inferred
        problem ||= inferred.problem
      }
      return { problem }
    },
  }
}

/** An argument strategy with one more condition. */
export function withCheck(args: ArgumentStrategy, condition: (call: CallSite) => string | undefined): ArgumentStrategy {
  return {
    ...args,
    infer: (call) => {
      const inferred = args.infer(call)
      if ('problem' in inferred) return inferred
      const problem = condition({ ...call, types: inferred })
      return problem === undefined ? inferred : { problem }
    },
  }
}
