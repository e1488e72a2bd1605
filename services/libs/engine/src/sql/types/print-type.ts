/** Type strings exactly as Flink prints them. */
import type { DayTimeResolution, Field, LogicalType } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'

/**
 * `serializable` is what can be parsed again (`VARCHAR(2147483647)`, `TIMESTAMP(3) WITH LOCAL TIME ZONE`), `summary` what
 * DESCRIBE shows (`STRING`, `TIMESTAMP_LTZ(3) *ROWTIME*`).
 */
export type TypeStyle = 'serializable' | 'summary'

/** Flink's asSerializableString (the default) or asSummaryString. */
export function printType(type: LogicalType, style: TypeStyle = 'serializable'): string {
  const text = printNullable(type, style)
  const withNull = type.nullable || type.kind === 'NULL' ? text : `${text} NOT NULL`
  const attribute = style === 'summary' && 'timeAttribute' in type ? type.timeAttribute : undefined
  return attribute === undefined ? withNull : `${withNull} *${attribute}*`
}

function printNullable(type: LogicalType, style: TypeStyle): string {
  const child = (t: LogicalType) => printType(t, style)
  switch (type.kind) {
    case 'INTEGER':
      return 'INT'
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`
    case 'VARCHAR':
      return style === 'summary' && type.length === MAX_LENGTH ? 'STRING' : `VARCHAR(${type.length})`
    case 'VARBINARY':
      return style === 'summary' && type.length === MAX_LENGTH ? 'BYTES' : `VARBINARY(${type.length})`
    case 'TIME':
    case 'TIMESTAMP':
      return `${type.kind}(${type.precision})`
    case 'TIMESTAMP_LTZ':
      return style === 'summary' ? `TIMESTAMP_LTZ(${type.precision})` : `TIMESTAMP(${type.precision}) WITH LOCAL TIME ZONE`
    case 'TIMESTAMP_TZ':
      return `TIMESTAMP(${type.precision}) WITH TIME ZONE`
    case 'INTERVAL_YEAR_MONTH':
      return `INTERVAL ${type.resolution === 'MONTH' ? 'MONTH' : `YEAR(${type.yearPrecision})${type.resolution === 'YEAR' ? '' : ' TO MONTH'}`}`
    case 'INTERVAL_DAY_TIME':
      return `INTERVAL ${dayTimeQualifier(type.resolution, type.dayPrecision, type.fractionalPrecision)}`
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${child(type.element)}>`
    case 'MAP':
      return `MAP<${child(type.key)}, ${child(type.value)}>`
    case 'ROW':
      return `ROW<${printFields(type.fields, style)}>`
    case 'STRUCTURED':
      return type.fields.length === 0
        ? `STRUCTURED<'${escapeQuote(type.className)}'>`
        : `STRUCTURED<'${escapeQuote(type.className)}', ${printFields(type.fields, style)}>`
    case 'RAW':
      return `RAW('${escapeQuote(type.className)}', ?)`
    default:
      return type.kind
  }
}

function dayTimeQualifier(resolution: DayTimeResolution, day: number, fraction: number): string {
  const withDay = resolution.startsWith('DAY') ? resolution.replace('DAY', `DAY(${day})`) : resolution
  return withDay.replaceAll('_', ' ').replace('SECOND', `SECOND(${fraction})`)
}

function printFields(fields: readonly Field[], style: TypeStyle): string {
  return fields
    .map((field) => {
      const comment = field.comment === undefined ? '' : style === 'summary' ? " '...'" : ` '${escapeQuote(field.comment)}'`
      return `${quoteIdentifier(field.name)} ${printType(field.type, style)}${comment}`
    })
    .join(', ')
}

/** A name in back-ticks. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function escapeQuote(text: string): string {
  return text.replaceAll("'", "''")
}
