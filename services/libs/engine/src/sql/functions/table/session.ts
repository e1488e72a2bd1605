import { INTEGER, notNull, STRING } from '../../types/make-type.ts'
import { isDatetime } from '../../types/type-family.ts'
import { define, type Entry } from '../function-definition.ts'
import { ANY, CHARACTER, NILADIC, operands, withCheck } from '../operand-families.ts'
import { always, argument, forceNullable, nullableIfAny } from '../result-strategies.ts'

const hashable = withCheck(operands(ANY), ({ types: [type] }) =>
  ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'CHAR', 'VARCHAR'].includes(type!.kind) ||
  (isDatetime(type!) && type!.kind !== 'TIMESTAMP_LTZ')
    ? undefined
    : '',
)

const ENTRIES: readonly Entry[] = [
  ['CURRENT_DATABASE', NILADIC, always(notNull(STRING)), { determinism: 'dynamic' }],
  ['HASH_CODE', hashable, nullableIfAny(always(INTEGER)), { parameters: ['value'] }],
  ['PRINT', operands(CHARACTER, ANY), forceNullable(argument(1)), { nulls: 'custom', parameters: ['prefix', 'value'] }],
]

export const SESSION_FUNCTIONS = define('scalar', 'auxiliary', ENTRIES)
