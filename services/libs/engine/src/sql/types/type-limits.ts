import type { LogicalType } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'

/** What is wrong with a type's own parameters (length, precision, scale); undefined where nothing is. */
export function typeProblem(type: LogicalType): string | undefined {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return within(`The length of ${type.kind}`, type.length, [type.kind === 'CHAR' ? 0 : 1, MAX_LENGTH])
    case 'DECIMAL':
      return (
        within('The precision of DECIMAL', type.precision, [1, 38]) ??
        within('The scale of DECIMAL', type.scale, [0, type.precision])
      )
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return within(`The precision of ${type.kind}`, type.precision, [0, 9])
    case 'INTERVAL_YEAR_MONTH':
      return within('The precision of YEAR', type.yearPrecision, [1, 4])
    case 'INTERVAL_DAY_TIME':
      return (
        within('The precision of DAY', type.dayPrecision, [1, 6]) ??
        within('The precision of SECOND', type.fractionalPrecision, [0, 9])
      )
    case 'ROW':
    case 'STRUCTURED': {
      const twice = type.fields.find((field, i) => type.fields.findIndex((other) => other.name === field.name) < i)
      return twice && `Field names must be unique, ${twice.name} is there twice`
    }
    default:
      return undefined
  }
}

function within(what: string, value: number, [min, max]: readonly [number, number]): string | undefined {
  return Number.isInteger(value) && value >= min && value <= max ? undefined : `${what} must be between ${min} and ${max}`
}
