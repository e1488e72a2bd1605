/**
 * Which casts exist. `castSupport` is Flink's LogicalTypeCasts: what functions convert by themselves (implicit) and what the
 * type system can convert at all (explicit). `sqlCastProblem` is what the SQL operators CAST and TRY_CAST accept, which is less.
 */
import { equalIgnoringNullability } from './equal-types.ts'
import type { LogicalType, TypeKind } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'
import { nullable } from './make-type.ts'
import {
  childrenOf,
  inFamily,
  isBinary,
  isCharacter,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
  lengthOf,
  type TypeFamily,
} from './type-family.ts'

export type CastSupport = 'implicit' | 'explicit' | 'none'

interface CastRule {
  readonly implicit: readonly (TypeKind | TypeFamily)[]
  readonly explicit: readonly (TypeKind | TypeFamily)[]
}

const TO_NUMBER: readonly (TypeKind | TypeFamily)[] = ['NUMERIC', 'CHARACTER_STRING', 'BOOLEAN', 'TIMESTAMP', 'TIMESTAMP_LTZ']
const TO_TEXT: readonly (TypeKind | TypeFamily)[] = ['PREDEFINED', 'CONSTRUCTED', 'RAW', 'NULL', 'STRUCTURED', 'BITMAP']

/** By target; a name that is both a kind and a family (TIME, TIMESTAMP) is read as the kind here, families are spelled out. */
const RULES: Partial<Record<TypeKind, CastRule>> = {
  CHAR: { implicit: ['CHAR'], explicit: TO_TEXT },
  VARCHAR: { implicit: ['CHARACTER_STRING'], explicit: TO_TEXT },
  BINARY: { implicit: ['BINARY'], explicit: ['CHARACTER_STRING', 'VARBINARY', 'RAW'] },
  VARBINARY: { implicit: ['BINARY_STRING'], explicit: ['CHARACTER_STRING', 'RAW'] },
  TINYINT: { implicit: ['TINYINT'], explicit: [...TO_NUMBER, 'INTERVAL'] },
  SMALLINT: { implicit: ['TINYINT', 'SMALLINT'], explicit: [...TO_NUMBER, 'INTERVAL'] },
  INTEGER: { implicit: ['TINYINT', 'SMALLINT', 'INTEGER'], explicit: [...TO_NUMBER, 'INTERVAL'] },
  BIGINT: { implicit: ['INTEGER_NUMERIC'], explicit: [...TO_NUMBER, 'INTERVAL'] },
  DECIMAL: { implicit: ['NUMERIC'], explicit: [...TO_NUMBER, 'INTERVAL'] },
  FLOAT: { implicit: ['EXACT_NUMERIC', 'FLOAT'], explicit: TO_NUMBER },
  DOUBLE: { implicit: ['NUMERIC'], explicit: TO_NUMBER },
  BOOLEAN: { implicit: ['BOOLEAN'], explicit: ['CHARACTER_STRING', 'INTEGER_NUMERIC'] },
  DATE: { implicit: ['DATE', 'TIMESTAMP'], explicit: ['TIMESTAMP_LTZ', 'TIMESTAMP_TZ', 'CHARACTER_STRING'] },
  TIME: { implicit: ['TIME', 'TIMESTAMP'], explicit: ['TIMESTAMP_LTZ', 'TIMESTAMP_TZ', 'CHARACTER_STRING'] },
  TIMESTAMP: { implicit: ['TIMESTAMP', 'TIMESTAMP_LTZ'], explicit: ['DATETIME', 'CHARACTER_STRING', 'NUMERIC'] },
  TIMESTAMP_TZ: { implicit: ['TIMESTAMP_TZ'], explicit: ['DATETIME', 'CHARACTER_STRING'] },
  TIMESTAMP_LTZ: { implicit: ['TIMESTAMP_LTZ', 'TIMESTAMP'], explicit: ['DATETIME', 'CHARACTER_STRING', 'NUMERIC'] },
  INTERVAL_YEAR_MONTH: { implicit: ['INTERVAL_YEAR_MONTH'], explicit: ['EXACT_NUMERIC', 'CHARACTER_STRING'] },
  INTERVAL_DAY_TIME: { implicit: ['INTERVAL_DAY_TIME'], explicit: ['EXACT_NUMERIC', 'CHARACTER_STRING'] },
}

/** Best support for a conversion; an implicit one also needs a target that can hold the source's NULL. */
export function castSupport(from: LogicalType, to: LogicalType): CastSupport {
  if (supportsCast(from, to, false)) return 'implicit'
  return supportsCast(from, to, true) ? 'explicit' : 'none'
}

export function supportsImplicitCast(from: LogicalType, to: LogicalType): boolean {
  return supportsCast(from, to, false)
}

function supportsCast(from: LogicalType, to: LogicalType, allowExplicit: boolean): boolean {
  if (from.nullable && !to.nullable && !allowExplicit) return false
  if (from.kind === 'NULL' || equalIgnoringNullability(from, to)) return true
  if (isInterval(from) && isExactNumeric(to)) return isSingleField(from)
  if (isExactNumeric(from) && isInterval(to)) return isSingleField(to)
  if (isNested(from) && isNested(to)) return supportsNestedCast(from, to, allowExplicit)
  if (from.kind === 'RAW') return allowExplicit && (isBinary(to) || isCharacter(to))
  if (from.kind === 'BITMAP' && to.kind === 'VARBINARY') return allowExplicit && to.length === MAX_LENGTH
  const rule = RULES[to.kind]
  if (rule === undefined) return from.kind === to.kind && childrenOf(to).length === 0 && to.kind !== 'SYMBOL'
  return matches(from, rule.implicit) || (allowExplicit && matches(from, rule.explicit))
}

function matches(type: LogicalType, members: readonly (TypeKind | TypeFamily)[]): boolean {
  return members.some((member) => member === type.kind || (!isAmbiguous(member) && inFamilySafely(type, member)))
}

/** TIME and TIMESTAMP name a kind and a family; rules mean the kind. */
function isAmbiguous(member: string): boolean {
  return member === 'TIME' || member === 'TIMESTAMP'
}

const FAMILIES: ReadonlySet<string> = new Set<TypeFamily>([
  'CHARACTER_STRING',
  'BINARY_STRING',
  'NUMERIC',
  'INTEGER_NUMERIC',
  'EXACT_NUMERIC',
  'DATETIME',
  'INTERVAL',
  'PREDEFINED',
  'CONSTRUCTED',
])

function inFamilySafely(type: LogicalType, member: TypeKind | TypeFamily): boolean {
  return FAMILIES.has(member) && inFamily(type, member as TypeFamily)
}

function isNested(type: LogicalType): boolean {
  return inFamily(type, 'CONSTRUCTED') || type.kind === 'STRUCTURED'
}

function supportsNestedCast(from: LogicalType, to: LogicalType, allowExplicit: boolean): boolean {
  const rows = isComposite(from) && isComposite(to)
  if (from.kind !== to.kind && !rows) return false
  const sources = childrenOf(from)
  const targets = childrenOf(to)
  return sources.length === targets.length && sources.every((child, i) => supportsCast(child, targets[i]!, allowExplicit))
}

function isComposite(type: LogicalType): boolean {
  return type.kind === 'ROW' || type.kind === 'STRUCTURED'
}

function isSingleField(type: LogicalType): boolean {
  return 'resolution' in type && !type.resolution.includes('_TO_')
}

/**
 * Whether a value needs no conversion to be used as the other type (Flink's supportsAvoidingCast): the same type, a shorter
 * string for a longer one, and nullability may widen.
 */
export function needsNoCast(from: LogicalType, to: LogicalType): boolean {
  if (from.nullable && !to.nullable) return false
  if (to.kind === 'VARCHAR' && isCharacter(from)) return lengthOf(from) <= to.length
  if (to.kind === 'VARBINARY' && isBinary(from)) return lengthOf(from) <= to.length
  if (to.kind === 'INTERVAL_YEAR_MONTH' && from.kind === to.kind && from.yearPrecision <= to.yearPrecision) return true
  if (
    to.kind === 'INTERVAL_DAY_TIME' &&
    from.kind === to.kind &&
    from.dayPrecision <= to.dayPrecision &&
    from.fractionalPrecision <= to.fractionalPrecision
  ) {
    return true
  }
  const sources = childrenOf(from)
  if (sources.length === 0 || (from.kind !== to.kind && !(isComposite(from) && isComposite(to)))) {
    return equalIgnoringNullability(from, to)
  }
  const targets = childrenOf(to)
  return sources.length === targets.length && sources.every((child, i) => needsNoCast(child, targets[i]!))
}

export interface CastProblem {
  readonly hint?: string
}

/** Why CAST (and TRY_CAST) refuses this conversion; undefined where it is allowed. */
export function sqlCastProblem(from: LogicalType, to: LogicalType): CastProblem | undefined {
  if (from.kind === 'NULL') return undefined
  if (isNumeric(from) && isTimestamp(to)) return { hint: 'Use TO_TIMESTAMP(FROM_UNIXTIME(…)) or TO_TIMESTAMP_LTZ(…).' }
  if (isTimestamp(from) && isNumeric(to)) return { hint: 'Use UNIX_TIMESTAMP(CAST(… AS STRING)).' }
  return isSqlCastable(nullable(from), nullable(to)) ? undefined : {}
}

function isSqlCastable(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'VARIANT' || to.kind === 'VARIANT') return false
  if (to.kind === 'BITMAP') return false
  if (isNumeric(from) && to.kind === 'BOOLEAN') return true
  if (isInterval(from) && isNumeric(to)) return false
  if (isInterval(to) && (isCharacter(from) || (isNumeric(from) && !isInteger(from)))) return false
  if (isNested(from) && isNested(to)) {
    return (
      castSupport(from, to) !== 'none' &&
      childrenOf(from).every((child, i) => sqlCastProblem(child, childrenOf(to)[i]!) === undefined)
    )
  }
  return castSupport(from, to) !== 'none'
}
