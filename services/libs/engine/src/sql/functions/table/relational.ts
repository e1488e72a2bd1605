/** Functions that only the query binder can answer; they are here to be found, checked for their place and documented. */
import { BIGINT, notNull, timestamp, timestampLtz, VARIANT } from '../../types/make-type.ts'
import { type ArgumentStrategy, define, type Entry } from '../function-definition.ts'
import { ANY, anyOf, INT, NILADIC, operands } from '../operand-families.ts'
import { always, argument, nullableIfAny } from '../result-strategies.ts'

const WINDOW: ArgumentStrategy = { min: 2, max: 4, signatures: ['<TIME>, <INTERVAL>, …'], infer: ({ types }) => types }
const ANYTHING: ArgumentStrategy = { min: 0, max: Number.POSITIVE_INFINITY, signatures: ['…'], infer: ({ types }) => types }
const CUSTOM = { nulls: 'custom' } as const

const AUXILIARY = ['TUMBLE', 'HOP', 'SESSION'].flatMap((window): Entry[] => [
  [`${window}_START`, WINDOW, always(notNull(timestamp(3)))],
  [`${window}_END`, WINDOW, always(notNull(timestamp(3)))],
  [`${window}_ROWTIME`, WINDOW, always(notNull(timestamp(3, 'ROWTIME')))],
  [`${window}_PROCTIME`, WINDOW, always(notNull(timestampLtz(3, 'PROCTIME')))],
])

const GROUPING: readonly Entry[] = [
  ['GROUPING', operands(ANY), always(notNull(BIGINT)), CUSTOM],
  ['GROUPING_ID', { ...ANYTHING, min: 1 }, always(notNull(BIGINT)), CUSTOM],
  ['GROUP_ID', NILADIC, always(notNull(BIGINT)), CUSTOM],
]

/** The row type of a table function is the query binder's; this stands for it. */
const rows = always(VARIANT)

const TABLES: readonly Entry[] = [
  ['TUMBLE', ANYTHING, rows, { parameters: ['DATA', 'TIMECOL', 'SIZE', 'OFFSET'] }],
  ['HOP', ANYTHING, rows, { parameters: ['DATA', 'TIMECOL', 'SLIDE', 'SIZE', 'OFFSET'] }],
  ['CUMULATE', ANYTHING, rows, { parameters: ['DATA', 'TIMECOL', 'STEP', 'SIZE', 'OFFSET'] }],
  ['SESSION', ANYTHING, rows, { parameters: ['DATA', 'TIMECOL', 'GAP'] }],
  ['UNNEST', ANYTHING, rows, { syntax: 'special' }],
  ['ML_PREDICT', ANYTHING, rows, { parameters: ['INPUT', 'MODEL', 'ARGS', 'CONFIG'] }],
  ['ML_EVALUATE', ANYTHING, rows, { parameters: ['INPUT', 'MODEL', 'LABEL', 'ARGS', 'TASK', 'CONFIG'] }],
  ['VECTOR_SEARCH', ANYTHING, rows, { parameters: ['SEARCH_TABLE', 'COLUMN_TO_SEARCH', 'COLUMN_TO_QUERY', 'TOP_K', 'CONFIG'] }],
  ['TO_CHANGELOG', ANYTHING, rows, { parameters: ['input', 'op', 'op_mapping'] }],
  ['FROM_CHANGELOG', ANYTHING, rows, { parameters: ['input', 'op', 'op_mapping'] }],
]

const navigation = anyOf(operands(ANY), operands(ANY, INT))
const PATTERN: readonly Entry[] = [
  ['FIRST', navigation, nullableIfAny(argument(0)), { ...CUSTOM, parameters: ['value', 'offset'] }],
  ['LAST', navigation, nullableIfAny(argument(0)), { ...CUSTOM, parameters: ['value', 'offset'] }],
  ['PREV', navigation, nullableIfAny(argument(0)), { ...CUSTOM, parameters: ['value', 'offset'] }],
  ['NEXT', navigation, nullableIfAny(argument(0)), { ...CUSTOM, parameters: ['value', 'offset'] }],
  [
    'MATCH_ROWTIME',
    anyOf(NILADIC, operands(ANY)),
    ({ types: [type] }) =>
      type?.kind === 'TIMESTAMP_LTZ' || type?.kind === 'TIMESTAMP'
        ? { ...type, timeAttribute: 'ROWTIME' }
        : notNull(timestamp(3, 'ROWTIME')),
    { ...CUSTOM, parameters: ['rowtime'] },
  ],
  ['MATCH_PROCTIME', NILADIC, always(notNull(timestampLtz(3, 'PROCTIME'))), { determinism: 'non-deterministic' }],
]

export const RELATIONAL_FUNCTIONS = [
  ...define('group', 'time window', AUXILIARY),
  ...define('group', 'auxiliary', GROUPING),
  ...define('table', 'table', TABLES),
  ...define('pattern', 'pattern', PATTERN),
]
