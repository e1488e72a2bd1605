/** The logical type of a type as written in SQL, with Flink's defaults and clamping. */
import type { IntervalQualifier, IntervalUnit } from '../ast/expression.ts'
import type { FieldType, SimpleType, TypeName } from '../ast/type-name.ts'
import type { Diagnostic, Span } from '../diagnostic/diagnostic.ts'
import type { DayTimeResolution, Field, LogicalType, YearMonthResolution } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'
import {
  array,
  BYTES,
  binary,
  char,
  dayTime,
  decimal,
  MAX_DECIMAL_PRECISION,
  map,
  multiset,
  plain,
  row,
  STRING,
  time,
  timestamp,
  timestampLtz,
  varbinary,
  varchar,
  withNullability,
  yearMonth,
} from './make-type.ts'
import { typeProblem } from './type-limits.ts'

export type ReportType = (diagnostic: Diagnostic) => void

/** Where a type stands: as the target of CAST, or as a column's or inside of another type. */
export type TypePlace = 'cast' | 'column'

/** Undefined after an error was reported. A type without NOT NULL is nullable. */
export function typeFromAst(name: TypeName, report: ReportType, place: TypePlace = 'cast'): LogicalType | undefined {
  const type = baseType(name, report, place)
  if (type === undefined) return undefined
  const problem = typeProblem(type)
  if (problem !== undefined) {
    report(invalidType(problem, name.span))
    return undefined
  }
  return withNullability(type, name.nullable ?? true)
}

function baseType(name: TypeName, report: ReportType, place: TypePlace): LogicalType | undefined {
  switch (name.kind) {
    case 'SimpleType':
      return simpleType(name, report)
    case 'IntervalType':
      return intervalType(name.qualifier, report)
    case 'CollectionType': {
      const element = typeFromAst(name.element, report, 'column')
      if (element === undefined) return undefined
      // CAST(… AS INT ARRAY) is an array of INT NOT NULL, as the standard has it; in columns and in other types Flink lets it hold NULL.
      const held = name.postfix && place === 'cast' ? withNullability(element, name.element.nullable ?? false) : element
      return name.collection === 'ARRAY' ? array(held) : multiset(held)
    }
    case 'MapType': {
      const key = typeFromAst(name.key, report, 'column')
      const value = typeFromAst(name.value, report, 'column')
      return key && value && map(key, value)
    }
    case 'RowType': {
      const fields = fieldTypes(name.fields, report)
      return fields && row(fields)
    }
    case 'RawType':
      return { kind: 'RAW', nullable: true, className: name.className.value }
    case 'StructuredType': {
      const fields = fieldTypes(name.fields, report)
      return fields && { kind: 'STRUCTURED', nullable: true, className: name.className.value, fields }
    }
    case 'UserType':
      report(invalidType(`Unknown type ${name.name.parts.map((part) => part.value).join('.')}`, name.span))
      return undefined
  }
}

function fieldTypes(fields: readonly FieldType[], report: ReportType): Field[] | undefined {
  const typed: Field[] = []
  for (const field of fields) {
    const type = typeFromAst(field.type, report, 'column')
    if (type === undefined) continue
    typed.push({ name: field.name.value, type, ...(field.comment && { comment: field.comment.value }) })
  }
  return typed.length === fields.length ? typed : undefined
}

const TIME_PRECISION_MAX = 3
const TIMESTAMP_PRECISION_MAX = 9
const TIMESTAMP_PRECISION = 6

function simpleType(name: SimpleType, report: ReportType): LogicalType | undefined {
  const fractional = Math.min(name.precision ?? TIMESTAMP_PRECISION, TIMESTAMP_PRECISION_MAX)
  switch (name.name) {
    case 'CHAR':
      return char(name.precision ?? 1)
    case 'VARCHAR':
      return varchar(name.precision ?? MAX_LENGTH)
    case 'STRING':
      return STRING
    case 'BINARY':
      return binary(name.precision ?? 1)
    case 'VARBINARY':
      return varbinary(name.precision ?? MAX_LENGTH)
    case 'BYTES':
      return BYTES
    case 'DECIMAL':
      return decimal(Math.min(name.precision ?? 10, MAX_DECIMAL_PRECISION), name.scale ?? 0)
    case 'TIME':
      return name.timeZone === undefined ? time(Math.min(name.precision ?? 0, TIME_PRECISION_MAX)) : unsupported(name, report)
    case 'TIMESTAMP':
      if (name.timeZone === 'WITH TIME ZONE') return unsupported(name, report)
      return name.timeZone === undefined ? timestamp(fractional) : timestampLtz(fractional)
    case 'TIMESTAMP_LTZ':
      return timestampLtz(fractional)
    default:
      return PLAIN[name.name] ?? unsupported(name, report)
  }
}

const PLAIN: Readonly<Record<string, LogicalType>> = {
  BOOLEAN: plain('BOOLEAN'),
  TINYINT: plain('TINYINT'),
  SMALLINT: plain('SMALLINT'),
  INTEGER: plain('INTEGER'),
  BIGINT: plain('BIGINT'),
  FLOAT: plain('FLOAT'),
  DOUBLE: plain('DOUBLE'),
  DATE: plain('DATE'),
  VARIANT: plain('VARIANT'),
  BITMAP: plain('BITMAP'),
}

/** YEAR, MONTH, QUARTER, … of an interval; WEEK counts days and QUARTER months. */
export function intervalType(qualifier: IntervalQualifier, report: ReportType): LogicalType | undefined {
  const start = fieldOf(qualifier.start)
  const end = qualifier.end && fieldOf(qualifier.end)
  const precision = qualifier.startPrecision
  if (start === 'YEAR' || start === 'MONTH') {
    const resolution = end === undefined ? start : `${start}_TO_${end}`
    return yearMonth(resolution as YearMonthResolution, precision ?? 2)
  }
  if (start === undefined || (qualifier.end !== undefined && end === undefined)) {
    report(invalidType(`Intervals have no field ${qualifier.end ?? qualifier.start}`, qualifier.span))
    return undefined
  }
  const resolution = end === undefined ? start : `${start}_TO_${end}`
  return dayTime(resolution as DayTimeResolution, {
    ...(start === 'DAY' && precision !== undefined && { day: precision }),
    ...(qualifier.fractionPrecision !== undefined && { fraction: qualifier.fractionPrecision }),
  })
}

function fieldOf(unit: IntervalUnit): string | undefined {
  if (unit === 'QUARTER') return 'MONTH'
  if (unit === 'WEEK') return 'DAY'
  return unit === 'MILLISECOND' || unit === 'MICROSECOND' || unit === 'NANOSECOND' ? undefined : unit
}

function unsupported(name: SimpleType, report: ReportType): undefined {
  report(invalidType(`Type ${name.name}${name.timeZone ? ` ${name.timeZone}` : ''} is not supported`, name.span))
  return undefined
}

function invalidType(message: string, span: Span): Diagnostic {
  return { code: 'SQL_INVALID_TYPE', severity: 'error', message, span }
}
