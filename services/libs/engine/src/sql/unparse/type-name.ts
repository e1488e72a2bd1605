import type { IntervalQualifier } from '../ast/expression.ts'
import type { FieldType, SimpleType, TypeName } from '../ast/type-name.ts'
import { printIdentifier, printName, printString, words } from './print.ts'

/** A type as Flink prints it in SQL. */
export function unparseType(type: TypeName): string {
  const text = bare(type)
  return type.nullable === false ? `${text} NOT NULL` : text
}

function bare(type: TypeName): string {
  switch (type.kind) {
    case 'SimpleType':
      return simple(type)
    case 'IntervalType':
      return `INTERVAL ${printQualifier(type.qualifier)}`
    case 'CollectionType':
      return type.postfix
        ? `${unparseType(type.element)} ${type.collection}`
        : `${type.collection}< ${unparseType(type.element)} >`
    case 'MapType':
      return `MAP< ${unparseType(type.key)}, ${unparseType(type.value)} >`
    case 'RowType':
      return type.angle ? (type.fields.length === 0 ? 'ROW<>' : `ROW< ${fields(type.fields)} >`) : `ROW(${fields(type.fields)})`
    case 'RawType':
      return `RAW(${printString(type.className)}, ${printString(type.serializer)})`
    case 'StructuredType':
      return `STRUCTURED< ${[printString(type.className), ...type.fields.map(field)].join(', ')} >`
    case 'UserType':
      return printIdentifier(type.name)
  }
}

function simple(type: SimpleType): string {
  const { name, precision, scale, charset, timeZone } = type
  const arguments_ = precision === undefined ? '' : scale === undefined ? `(${precision})` : `(${precision}, ${scale})`
  return words(`${name}${arguments_}`, charset !== undefined && `CHARACTER SET ${printIdentifier(charset)}`, timeZone)
}

function fields(list: readonly FieldType[]): string {
  return list.map(field).join(', ')
}

function field({ name, type, comment }: FieldType): string {
  return words(printName(name), unparseType(type), comment && printString(comment))
}

export function printQualifier(qualifier: IntervalQualifier): string {
  const { start, startPrecision, end, fractionPrecision } = qualifier
  if (start === 'SECOND') {
    if (startPrecision === undefined) return start
    return fractionPrecision === undefined ? `SECOND(${startPrecision})` : `SECOND(${startPrecision}, ${fractionPrecision})`
  }
  const first = startPrecision === undefined ? start : `${start}(${startPrecision})`
  if (end === undefined) return first
  return `${first} TO ${fractionPrecision === undefined ? end : `${end}(${fractionPrecision})`}`
}
