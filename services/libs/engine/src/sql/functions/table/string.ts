import { array, BIGINT, BOOLEAN, BYTES, char, INTEGER, map, STRING, VARIANT, varchar } from '../../types/make-type.ts'
import { isCharacter } from '../../types/type-family.ts'
import { any, index, logical, root, sequence, varying } from '../argument-rules.ts'
import { type ArgumentStrategy, type CallSite, define, type Entry } from '../function-definition.ts'
import {
  anyOf,
  BINARY,
  BOOL,
  CHARACTER,
  INT,
  NULL_PROBLEM,
  operands,
  repeated,
  STRINGS,
  UNIT,
  withCheck,
} from '../operand-families.ts'
import {
  always,
  argument,
  commonFrom,
  concatenation,
  forceNullable,
  nullableIfAny,
  nullableIfFirst,
  varyingString,
} from '../result-strategies.ts'

const TEXT = operands(CHARACTER)
const TWO_TEXTS = operands(CHARACTER, CHARACTER)
const THREE_TEXTS = operands(CHARACTER, CHARACTER, CHARACTER)
const TEXT_AND_INT = operands(CHARACTER, INT)
const chars = logical('CHARACTER_STRING')
const bytes = logical('BINARY_STRING')

const string = nullableIfAny(always(STRING))
const nullableString = always(STRING)
const integer = nullableIfAny(always(INTEGER))
const boolean = nullableIfAny(always(BOOLEAN))
const varyingFirst = forceNullable(varyingString(argument(0)))
const trimmed = nullableIfAny(varyingString(argument(0)))

const CASE_AND_LENGTH: readonly Entry[] = [
  ['CHAR_LENGTH', TEXT, integer, { aliases: ['CHARACTER_LENGTH'], parameters: ['string'] }],
  ['UPPER', TEXT, nullableIfAny(argument(0)), { parameters: ['string'] }],
  ['LOWER', TEXT, nullableIfAny(argument(0)), { parameters: ['string'] }],
  ['INITCAP', TEXT, nullableIfAny(argument(0)), { parameters: ['string'] }],
  ['ASCII', TEXT, integer, { parameters: ['string'] }],
  ['CHR', operands(INT), nullableString, { parameters: ['code'] }],
  ['REVERSE', TEXT, nullableString, { parameters: ['string'] }],
  ['REPEAT', TEXT_AND_INT, string, { parameters: ['string', 'times'] }],
]

const PARTS: readonly Entry[] = [
  [
    'SUBSTRING',
    anyOf(TEXT_AND_INT, operands(CHARACTER, INT, INT)),
    varyingFirst,
    { aliases: ['SUBSTR'], parameters: ['string', 'start', 'length'] },
  ],
  ['LEFT', TEXT_AND_INT, varyingFirst, { parameters: ['string', 'length'] }],
  ['RIGHT', TEXT_AND_INT, varyingFirst, { parameters: ['string', 'length'] }],
  // TRIM is bound from its own grammar as (BOTH | LEADING | TRAILING, characters, string).
  ['TRIM', operands(UNIT, CHARACTER, CHARACTER), nullableIfAny(varyingString(argument(2))), { syntax: 'special' }],
  ['LTRIM', anyOf(TEXT, TWO_TEXTS), trimmed, { parameters: ['string', 'characters'] }],
  ['RTRIM', anyOf(TEXT, TWO_TEXTS), trimmed, { parameters: ['string', 'characters'] }],
  ['BTRIM', anyOf(sequence(chars), sequence(chars, chars)), string, { parameters: ['str', 'trimStr'] }],
  ['LPAD', operands(CHARACTER, INT, CHARACTER), string, { parameters: ['string', 'length', 'pad'] }],
  ['RPAD', operands(CHARACTER, INT, CHARACTER), string, { parameters: ['string', 'length', 'pad'] }],
  [
    'SPLIT_INDEX',
    anyOf(operands(CHARACTER, INT, INT), operands(CHARACTER, CHARACTER, INT)),
    nullableString,
    { parameters: ['string', 'delimiter', 'index'] },
  ],
  ['SPLIT', sequence(chars, chars), nullableIfAny(always(array(STRING))), { parameters: ['string', 'delimiter'] }],
  [
    'STR_TO_MAP',
    anyOf(TEXT, THREE_TEXTS),
    always(map(STRING, STRING)),
    { parameters: ['string', 'pairDelimiter', 'keyValueDelimiter'] },
  ],
  ['PARSE_URL', anyOf(TWO_TEXTS, THREE_TEXTS), nullableString, { parameters: ['url', 'part', 'key'] }],
]

function sameStrings({ types: [a, b] }: CallSite): string | undefined {
  return isCharacter(a!) === isCharacter(b!) ? undefined : 'Strings and bytes are not mixed; cast one of them'
}

const SEARCH: readonly Entry[] = [
  [
    'POSITION',
    withCheck(anyOf(operands(STRINGS, STRINGS), operands(STRINGS, STRINGS, INT)), sameStrings),
    integer,
    { syntax: 'special' },
  ],
  [
    'INSTR',
    anyOf(TWO_TEXTS, operands(CHARACTER, CHARACTER, INT), operands(CHARACTER, CHARACTER, INT, INT)),
    integer,
    { parameters: ['string', 'substring', 'start', 'occurrence'] },
  ],
  ['LOCATE', anyOf(TWO_TEXTS, operands(CHARACTER, CHARACTER, INT)), integer, { parameters: ['substring', 'string', 'start'] }],
  ['STARTSWITH', anyOf(sequence(chars, chars), sequence(bytes, bytes)), boolean, { parameters: ['expr', 'startExpr'] }],
  ['ENDSWITH', anyOf(sequence(chars, chars), sequence(bytes, bytes)), boolean, { parameters: ['expr', 'endExpr'] }],
]

const THREE_CHARS = sequence(chars, chars, chars)

/** Unlike other functions of its kind it gives a bare NULL no type: Flink parses it by a grammar of its own. */
const translated: ArgumentStrategy = {
  ...THREE_CHARS,
  infer: (call) => (call.types.some((type) => type.kind === 'NULL') ? { problem: NULL_PROBLEM } : THREE_CHARS.infer(call)),
}

const REPLACE: readonly Entry[] = [
  ['REPLACE', THREE_TEXTS, string, { parameters: ['string', 'search', 'replacement'] }],
  ['TRANSLATE', translated, nullableIfFirst(1, always(STRING)), { nulls: 'custom', parameters: ['expr', 'fromStr', 'toStr'] }],
  [
    'OVERLAY',
    withCheck(anyOf(operands(STRINGS, STRINGS, INT), operands(STRINGS, STRINGS, INT, INT)), sameStrings),
    nullableIfAny(varyingString(concatenation)),
    { syntax: 'special' },
  ],
]

const REGULAR_EXPRESSIONS: readonly Entry[] = [
  ['REGEXP', TWO_TEXTS, boolean, { parameters: ['string', 'regex'] }],
  ['REGEXP_REPLACE', THREE_TEXTS, string, { parameters: ['string', 'regex', 'replacement'] }],
  [
    'REGEXP_EXTRACT',
    anyOf(operands(CHARACTER, CHARACTER, INT), TWO_TEXTS),
    nullableString,
    { parameters: ['string', 'regex', 'index'] },
  ],
  ['REGEXP_COUNT', sequence(chars, chars), always(INTEGER), { parameters: ['str', 'regex'] }],
  ['REGEXP_INSTR', sequence(chars, chars), always(INTEGER), { parameters: ['str', 'regex'] }],
  ['REGEXP_SUBSTR', sequence(chars, chars), nullableString, { parameters: ['str', 'regex'] }],
  [
    'REGEXP_EXTRACT_ALL',
    anyOf(sequence(chars, chars), sequence(chars, chars, logical('INTEGER_NUMERIC'))),
    always(array(STRING)),
    { parameters: ['str', 'regex', 'extractIndex'] },
  ],
]

const BUILD: readonly Entry[] = [
  ['CONCAT', repeated(1, CHARACTER), string, { parameters: ['string'] }],
  ['CONCAT_WS', repeated(1, CHARACTER), string, { nulls: 'custom', parameters: ['separator', 'string'] }],
  ['PRINTF', varying(1, chars, any), nullableString, { nulls: 'custom', parameters: ['format', 'obj'] }],
  [
    'ELT',
    anyOf(varying(2, index, chars), varying(2, index, bytes)),
    forceNullable(commonFrom(1)),
    { nulls: 'custom', parameters: ['index', 'expr'] },
  ],
]

const ENCODING: readonly Entry[] = [
  ['FROM_BASE64', operands(STRINGS), string, { parameters: ['string'] }],
  ['TO_BASE64', operands(STRINGS), string, { parameters: ['string'] }],
  ['ENCODE', TWO_TEXTS, nullableIfAny(always(BYTES)), { parameters: ['string', 'charset'] }],
  ['DECODE', operands(BINARY, CHARACTER), string, { parameters: ['bytes', 'charset'] }],
  ['URL_ENCODE', sequence(chars), nullableString, { parameters: ['string'] }],
  ['URL_DECODE', sequence(chars), nullableString, { parameters: ['string'] }],
  ['INET_ATON', sequence(chars), always(BIGINT), { parameters: ['address'] }],
  ['INET_NTOA', sequence(logical('INTEGER_NUMERIC')), nullableString, { parameters: ['number'] }],
  ['JSON_QUOTE', sequence(chars), string, { parameters: ['string'] }],
  ['JSON_UNQUOTE', sequence(chars), string, { parameters: ['string'] }],
]

const HASHES: readonly Entry[] = [
  ...(
    [
      ['MD5', 32],
      ['SHA1', 40],
      ['SHA224', 56],
      ['SHA256', 64],
      ['SHA384', 96],
      ['SHA512', 128],
    ] as const
  ).map(([name, length]): Entry => [name, operands(STRINGS), nullableIfAny(always(char(length))), { parameters: ['string'] }]),
  ['SHA2', operands(STRINGS, INT), nullableIfAny(always(varchar(128))), { parameters: ['string', 'bits'] }],
]

const JSON_TEXT = anyOf(sequence(chars), sequence(chars, root('BOOLEAN')))

const VARIANTS: readonly Entry[] = [
  ['PARSE_JSON', JSON_TEXT, nullableIfAny(always(VARIANT)), { parameters: ['json', 'allowDuplicateKeys'] }],
  ['TRY_PARSE_JSON', anyOf(TEXT, operands(CHARACTER, BOOL)), always(VARIANT), { parameters: ['json', 'allowDuplicateKeys'] }],
]

export const STRING_FUNCTIONS = [
  ...define('scalar', 'string', [
    ...CASE_AND_LENGTH,
    ...PARTS,
    ...SEARCH,
    ...REPLACE,
    ...REGULAR_EXPRESSIONS,
    ...BUILD,
    ...ENCODING,
  ]),
  ...define('scalar', 'hash', HASHES),
  ...define('scalar', 'variant', VARIANTS),
]
