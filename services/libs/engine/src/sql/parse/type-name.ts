import type { CollectionType, FieldType, IntervalType, SimpleType, TypeName } from '../ast/type-name.ts'
import { intervalQualifier, plainString, stringLiteral, unsignedInteger } from './literal.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Keywords that begin a type and are no names: what tells a column with a type from a bare name. */
export const TYPE_KEYWORDS: ReadonlySet<string> = new Set(
  (
    'ANY ARRAY BIGINT BINARY BITMAP BOOLEAN BYTES CHAR CHARACTER DATE DEC DECIMAL DOUBLE FLOAT INT INTEGER MULTISET NUMERIC RAW REAL ' +
    'ROW SMALLINT STRING STRUCTURED TIME TIMESTAMP TIMESTAMP_LTZ TINYINT VARBINARY VARCHAR VARIANT'
  ).split(' '),
)

/** A type without NULL or NOT NULL, as in CAST: `INT ARRAY`. */
export function dataType(p: TokenCursor): TypeName {
  let type = typeName(p)
  for (;;) {
    const collection = p.acceptOne(['MULTISET', 'ARRAY'])
    if (collection === undefined) return type
    p.grow()
    type = { kind: 'CollectionType', collection, element: type, postfix: true, span: p.spanFrom(type.span.start) }
  }
}

/** The type of CAST: also INTERVAL with its qualifier. */
export function castType(p: TokenCursor): TypeName {
  return p.at('INTERVAL') ? intervalType(p) : dataType(p)
}

function intervalType(p: TokenCursor): IntervalType {
  const start = p.expect('INTERVAL').start
  return { kind: 'IntervalType', qualifier: intervalQualifier(p), span: p.spanFrom(start) }
}

/** A type with NULL or NOT NULL, as of a column or a field. */
export function nullableType(p: TokenCursor): TypeName {
  let type = typeName(p)
  for (;;) {
    const next = p.token.key === 'NOT' ? p.peek(2) : p.token.key === 'NULL' ? p.peek(1) : p.token
    if (next.key !== 'MULTISET' && next.key !== 'ARRAY') break
    const element = withNullability(p, type)
    const collection = p.advance().key as CollectionType['collection']
    p.grow()
    type = { kind: 'CollectionType', collection, element, postfix: true, span: p.spanFrom(type.span.start) }
  }
  return withNullability(p, type)
}

function withNullability(p: TokenCursor, type: TypeName): TypeName {
  if (p.accept('NULL')) return { ...type, span: p.spanFrom(type.span.start) }
  if (!p.acceptSequence('NOT', 'NULL')) return type
  return { ...type, nullable: false, span: p.spanFrom(type.span.start) }
}

/** `NOT NULL` behind a type in EXTEND: nothing else. */
export function notNullType(p: TokenCursor): TypeName {
  const type = dataType(p)
  return p.acceptSequence('NOT', 'NULL') ? { ...type, nullable: false, span: p.spanFrom(type.span.start) } : type
}

function simple(p: TokenCursor, start: number, type: Omit<SimpleType, 'kind' | 'span'>): SimpleType {
  return { kind: 'SimpleType', ...type, span: p.spanFrom(start) }
}

function precisionOf(p: TokenCursor): { precision?: number } {
  if (!p.accept('(')) return {}
  const precision = unsignedInteger(p)
  p.expect(')')
  return { precision }
}

function typeName(p: TokenCursor): TypeName {
  p.enter()
  const type = typeByKeyword(p)
  p.leave()
  return type
}

function typeByKeyword(p: TokenCursor): TypeName {
  const { key, start } = p.token
  switch (key) {
    case 'STRING':
    case 'BYTES':
    case 'BITMAP':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'BIGINT':
    case 'REAL':
    case 'FLOAT':
    case 'VARIANT':
    case 'DATE':
      p.advance()
      return simple(p, start, { name: key })
    case 'INT':
    case 'INTEGER':
      p.advance()
      return simple(p, start, { name: 'INTEGER' })
    case 'DOUBLE':
      p.advance()
      p.accept('PRECISION')
      return simple(p, start, { name: 'DOUBLE' })
    case 'TIMESTAMP_LTZ':
      p.advance()
      return simple(p, start, { name: key, ...precisionOf(p) })
    case 'TIME':
    case 'TIMESTAMP':
      return timeType(p)
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
    case 'ANY':
      return decimalType(p)
    case 'BINARY':
    case 'VARBINARY':
      p.advance()
      return simple(p, start, { name: key === 'VARBINARY' || p.accept('VARYING') ? 'VARBINARY' : 'BINARY', ...precisionOf(p) })
    case 'CHAR':
    case 'CHARACTER':
    case 'VARCHAR':
      return characterType(p)
    default:
      return constructedType(p)
  }
}

function constructedType(p: TokenCursor): TypeName {
  const { key, start } = p.token
  switch (key) {
    case 'ARRAY':
    case 'MULTISET':
      return collectionType(p)
    case 'MAP':
      if (p.peek(1).key === '<') return mapType(p)
      break
    case 'ROW':
      return rowType(p)
    case 'RAW': {
      p.advance()
      p.expect('(')
      const className = stringLiteral(p)
      p.expect(',')
      const serializer = stringLiteral(p)
      p.expect(')')
      if (className.kind !== 'StringLiteral' || serializer.kind !== 'StringLiteral') return p.fail('RAW takes two strings.')
      return { kind: 'RawType', className, serializer, span: p.spanFrom(start) }
    }
    case 'STRUCTURED': {
      p.advance()
      p.expect('<')
      const className = stringLiteral(p)
      if (className.kind !== 'StringLiteral') return p.fail('STRUCTURED takes a string.')
      const fields = p.accept(',') ? fieldList(p, '>') : []
      p.expect('>')
      return { kind: 'StructuredType', className, fields, span: p.spanFrom(start) }
    }
    case 'GEOMETRY':
      return p.fail('The type GEOMETRY is not supported.')
  }
  p.note('a type')
  const name = p.identifier()
  return { kind: 'UserType', name, span: name.span }
}

function timeType(p: TokenCursor): SimpleType {
  const { key, start } = p.advance()
  const precision = precisionOf(p)
  if (p.acceptSequence('WITHOUT', 'TIME', 'ZONE')) return simple(p, start, { name: key, ...precision })
  if (p.token.key === 'WITH' && (key === 'TIME' || key === 'TIMESTAMP') && p.peek(1).key !== '(') {
    if (p.peek(1).key !== 'LOCAL' && p.peek(1).key !== 'TIME') return simple(p, start, { name: key, ...precision })
    p.expectSequence('WITH', 'LOCAL', 'TIME', 'ZONE')
    return simple(p, start, { name: key, ...precision, timeZone: 'WITH LOCAL TIME ZONE' })
  }
  return simple(p, start, { name: key, ...precision })
}

function decimalType(p: TokenCursor): SimpleType {
  const { key, start } = p.advance()
  const name = key === 'ANY' ? 'ANY' : 'DECIMAL'
  if (!p.accept('(')) return simple(p, start, { name })
  const precision = unsignedInteger(p)
  const scale = p.accept(',') ? { scale: unsignedInteger(p) } : {}
  p.expect(')')
  return simple(p, start, { name, precision, ...scale })
}

function characterType(p: TokenCursor): SimpleType {
  const { key, start } = p.advance()
  const name = key === 'VARCHAR' || p.accept('VARYING') ? 'VARCHAR' : 'CHAR'
  const precision = precisionOf(p)
  if (!p.acceptSequence('CHARACTER', 'SET')) return simple(p, start, { name, ...precision })
  const charset = p.simpleIdentifier()
  return simple(p, start, { name, ...precision, charset })
}

function collectionType(p: TokenCursor): CollectionType {
  const { key, start } = p.advance()
  p.expect('<')
  const element = withNullability(p, typeName(p))
  p.expect('>')
  const collection = key as CollectionType['collection']
  return { kind: 'CollectionType', collection, element, postfix: false, span: p.spanFrom(start) }
}

function mapType(p: TokenCursor): TypeName {
  const start = p.advance().start
  p.expect('<')
  const key = nullableType(p)
  p.expect(',')
  const value = nullableType(p)
  p.expect('>')
  return { kind: 'MapType', key, value, span: p.spanFrom(start) }
}

function rowType(p: TokenCursor): TypeName {
  const start = p.advance().start
  if (p.accept('<>')) return { kind: 'RowType', fields: [], angle: true, span: p.spanFrom(start) }
  const open = p.expectOne(['<', '('])
  const close = open === '<' ? '>' : ')'
  const fields = fieldList(p, close)
  p.expect(close)
  return { kind: 'RowType', fields, angle: open === '<', span: p.spanFrom(start) }
}

function fieldList(p: TokenCursor, close: string): FieldType[] {
  // Flink's grammar takes a comma before the first field.
  const fields = p.at(close) || p.at(',') ? [] : [field(p)]
  while (p.accept(',')) fields.push(field(p))
  return fields
}

function field(p: TokenCursor): FieldType {
  const name = p.name()
  const type = nullableType(p)
  const comment = p.token.type === 'string' ? { comment: plainString(p) } : {}
  return { name, type, ...comment, span: p.spanFrom(name.span.start) }
}
