import type {
  CreateCatalog,
  CreateConnection,
  CreateDatabase,
  CreateFunction,
  CreateModel,
  CreateTable,
  CreateView,
  DdlStatement,
  FunctionLanguage,
  FunctionResource,
  LikeClause,
  LikeOption,
} from '../ast/ddl.ts'
import { createMaterializedTable } from './create-materialized-table.ts'
import {
  checkOneWatermark,
  distribution,
  ifNotExists,
  optionalComment,
  optionalWith,
  optionList,
  tableBody,
  tableElement,
} from './ddl-part.ts'
import { plainString } from './literal.ts'
import { requireQuery } from './query-node.ts'
import { commaList, parenthesized, type TokenCursor } from './token-cursor.ts'

/** What was said between CREATE and the kind of object. */
type Prefix = Readonly<{ start: number; replace: boolean; temporary: boolean }>

export function create(p: TokenCursor): DdlStatement {
  const start = p.expect('CREATE').start
  const replace = p.acceptSequence('OR', 'REPLACE')
  const temporary = p.accept('TEMPORARY')
  const prefix = { start, replace, temporary }
  if (p.at('OR') || p.at('MATERIALIZED')) {
    if (replace || temporary) p.fail(`${replace ? 'CREATE OR REPLACE' : 'CREATE TEMPORARY'} does not go with MATERIALIZED TABLE.`)
    return createMaterializedTable(p, start)
  }
  if (p.at('SYSTEM')) return createSystem(p, prefix)
  switch (p.expectOne(['TABLE', 'VIEW', 'CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION'])) {
    case 'TABLE':
      return createTable(p, prefix)
    case 'VIEW':
      return createView(p, prefix)
    case 'CATALOG':
      return createCatalog(p, prefix)
    case 'DATABASE':
      return createDatabase(p, prefix)
    case 'FUNCTION':
      return createFunction(p, { ...prefix, system: false })
    case 'MODEL':
      return createModel(p, prefix)
    case 'CONNECTION':
      return createConnection(p, { ...prefix, system: false })
  }
}

function createSystem(p: TokenCursor, prefix: Prefix): DdlStatement {
  p.expect('SYSTEM')
  const object = p.expectOne(['FUNCTION', 'CONNECTION'])
  if (!prefix.temporary) p.fail(`A SYSTEM ${object} has to be TEMPORARY.`, { hint: `Write CREATE TEMPORARY SYSTEM ${object}.` })
  return object === 'FUNCTION' ? createFunction(p, { ...prefix, system: true }) : createConnection(p, { ...prefix, system: true })
}

// ---- tables

function createTable(p: TokenCursor, prefix: Prefix): CreateTable {
  const notExists = ifNotExists(p)
  const name = p.identifier()
  const nameEnd = p.index
  const elements = p.at('(') ? tableBody(p) : []
  const comment = optionalComment(p)
  const distributed = p.accept('DISTRIBUTED') ? { distribution: distribution(p) } : {}
  const partitionedBy = p.acceptSequence('PARTITIONED', 'BY') ? p.nameList() : []
  const options = optionalWith(p)
  const like = p.accept('LIKE') ? { like: likeClause(p) } : {}
  const query = like.like === undefined && p.accept('AS') ? { query: requireQuery(p) } : {}
  if (query.query === undefined && elements[0]?.kind === 'NamedColumn') {
    p.seek(nameEnd)
    p.fail('Columns without types need AS and a query.', { span: elements[0].span, hint: 'Give each column a type.' })
  }
  return {
    kind: 'CreateTable',
    replace: prefix.replace,
    temporary: prefix.temporary,
    ifNotExists: notExists,
    name,
    elements,
    ...comment,
    ...distributed,
    partitionedBy,
    options,
    ...like,
    ...query,
    span: p.spanFrom(prefix.start),
  }
}

/** REPLACE TABLE … AS query, without CREATE. */
export function replaceTable(p: TokenCursor): CreateTable {
  const start = p.expect('REPLACE').start
  const temporary = p.accept('TEMPORARY')
  p.expect('TABLE')
  const table = createTable(p, { start, replace: true, temporary })
  if (table.query === undefined) p.expect('AS')
  return { ...table, bareReplace: true }
}

const LIKE_FEATURES = [
  'ALL',
  'CONSTRAINTS',
  'DISTRIBUTION',
  'GENERATED',
  'METADATA',
  'OPTIONS',
  'PARTITIONS',
  'WATERMARKS',
] as const

function likeClause(p: TokenCursor): LikeClause {
  const table = p.identifier()
  const options: LikeOption[] = []
  if (p.accept('(')) {
    do options.push(likeOption(p))
    while (!p.at(')'))
    p.expect(')')
  }
  return { table, options, span: p.spanFrom(table.span.start) }
}

function likeOption(p: TokenCursor): LikeOption {
  const start = p.token.start
  const strategy = p.expectOne(['INCLUDING', 'EXCLUDING', 'OVERWRITING'])
  const feature = p.expectOne(LIKE_FEATURES)
  return { strategy, feature, span: p.spanFrom(start) }
}

function createView(p: TokenCursor, prefix: Prefix): CreateView {
  const notExists = ifNotExists(p)
  const name = p.identifier()
  const columns = p.at('(') ? p.nameList() : []
  const comment = optionalComment(p)
  p.expect('AS')
  const query = requireQuery(p)
  const { replace, temporary } = prefix
  return {
    kind: 'CreateView',
    replace,
    temporary,
    ifNotExists: notExists,
    name,
    columns,
    ...comment,
    query,
    span: p.spanFrom(prefix.start),
  }
}

// ---- catalogs and databases

function createCatalog(p: TokenCursor, prefix: Prefix): CreateCatalog {
  const notExists = ifNotExists(p)
  const name = p.name()
  const comment = optionalComment(p)
  const options = optionalWith(p)
  return { kind: 'CreateCatalog', ifNotExists: notExists, name, ...comment, options, span: p.spanFrom(prefix.start) }
}

function createDatabase(p: TokenCursor, prefix: Prefix): CreateDatabase {
  const notExists = ifNotExists(p)
  const name = p.identifier()
  const comment = optionalComment(p)
  const options = optionalWith(p)
  return { kind: 'CreateDatabase', ifNotExists: notExists, name, ...comment, options, span: p.spanFrom(prefix.start) }
}

// ---- functions, models, connections

function createFunction(p: TokenCursor, prefix: Prefix & Readonly<{ system: boolean }>): CreateFunction {
  const notExists = ifNotExists(p)
  const name = prefix.system ? p.simpleIdentifier() : p.identifier()
  p.expect('AS')
  const className = plainString(p)
  const language = functionLanguage(p)
  const resources = p.accept('USING') ? commaList(p, functionResource) : []
  const options = optionalWith(p)
  return {
    kind: 'CreateFunction',
    temporary: prefix.temporary,
    system: prefix.system,
    ifNotExists: notExists,
    name,
    className,
    ...language,
    resources,
    options,
    span: p.spanFrom(prefix.start),
  }
}

export function functionLanguage(p: TokenCursor): { language?: FunctionLanguage } {
  return p.accept('LANGUAGE') ? { language: p.expectOne(['JAVA', 'SCALA', 'SQL', 'PYTHON']) } : {}
}

function functionResource(p: TokenCursor): FunctionResource {
  const start = p.token.start
  const type = p.expectOne(['JAR', 'ARTIFACT'])
  const path = plainString(p)
  return { type, path, span: p.spanFrom(start) }
}

function createModel(p: TokenCursor, prefix: Prefix): CreateModel {
  const notExists = ifNotExists(p)
  const name = p.identifier()
  const input = p.accept('INPUT') ? modelColumns(p) : []
  const output = p.accept('OUTPUT') ? modelColumns(p) : []
  const comment = optionalComment(p)
  const options = optionalWith(p)
  const query = p.accept('AS') ? { query: requireQuery(p) } : {}
  return {
    kind: 'CreateModel',
    temporary: prefix.temporary,
    ifNotExists: notExists,
    name,
    input,
    output,
    ...comment,
    options,
    ...query,
    span: p.spanFrom(prefix.start),
  }
}

function modelColumns(p: TokenCursor): CreateModel['input'] {
  const elements = parenthesized(p, tableElement)
  checkOneWatermark(p, elements)
  return elements
}

function createConnection(p: TokenCursor, prefix: Prefix & Readonly<{ system: boolean }>): CreateConnection {
  const notExists = ifNotExists(p)
  const name = p.identifier()
  const comment = optionalComment(p)
  p.expect('WITH')
  const options = optionList(p)
  const { temporary, system } = prefix
  return {
    kind: 'CreateConnection',
    temporary,
    system,
    ifNotExists: notExists,
    name,
    ...comment,
    options,
    span: p.spanFrom(prefix.start),
  }
}
