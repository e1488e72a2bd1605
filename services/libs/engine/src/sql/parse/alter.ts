import type {
  AddPartitions,
  AlterConnection,
  AlterFunction,
  AlterModel,
  AlterTable,
  DdlStatement,
  DropPartitions,
  MaterializedTableAction,
  TableAction,
  TableElement,
} from '../ast/ddl.ts'
import type { AlterSystem } from '../ast/session.ts'
import { functionLanguage } from './create.ts'
import {
  checkOneWatermark,
  column,
  columnPosition,
  distribution,
  freshness,
  ifExists,
  ifNotExists,
  inFlinksOrder,
  optionalWith,
  optionKeys,
  optionList,
  partitionSpec,
  refreshMode,
  tableConstraint,
  watermark,
} from './ddl-part.ts'
import { literal, plainString } from './literal.ts'
import { requireQuery } from './query-node.ts'
import { commaList, parenthesized, type TokenCursor } from './token-cursor.ts'

export function alter(p: TokenCursor): DdlStatement | AlterSystem {
  const start = p.expect('ALTER').start
  if (p.acceptSequence('MATERIALIZED', 'TABLE')) {
    const name = p.identifier()
    return { kind: 'AlterMaterializedTable', name, action: materializedTableAction(p), span: p.spanFrom(start) }
  }
  if (p.at('TEMPORARY') || p.at('FUNCTION')) return alterFunction(p, start)
  switch (p.expectOne(['TABLE', 'VIEW', 'CATALOG', 'DATABASE', 'MODEL', 'CONNECTION', 'SYSTEM', 'SESSION'])) {
    case 'TABLE':
      return alterTable(p, start)
    case 'VIEW':
      return alterView(p, start)
    case 'CATALOG':
      return alterCatalog(p, start)
    case 'DATABASE': {
      const name = p.identifier()
      return { kind: 'AlterDatabase', name, action: setOptions(p), span: p.spanFrom(start) }
    }
    case 'MODEL':
      return alterNamed(p, { kind: 'AlterModel', start })
    case 'CONNECTION':
      return alterNamed(p, { kind: 'AlterConnection', start })
    case 'SYSTEM':
      return alterSystem(p, { scope: 'SYSTEM', start })
    case 'SESSION':
      return alterSystem(p, { scope: 'SESSION', start })
  }
}

// ---- actions that several objects share

function setOptions(p: TokenCursor): Extract<TableAction, { kind: 'SetOptions' }> {
  const start = p.expect('SET').start
  const options = optionList(p)
  return { kind: 'SetOptions', options, span: p.spanFrom(start) }
}

function resetOptions(p: TokenCursor): Extract<TableAction, { kind: 'ResetOptions' }> {
  const start = p.expect('RESET').start
  const keys = optionKeys(p)
  return { kind: 'ResetOptions', keys, span: p.spanFrom(start) }
}

function renameTo(p: TokenCursor): Extract<TableAction, { kind: 'RenameTo' }> {
  const start = p.expect('RENAME').start
  p.expect('TO')
  const name = p.identifier()
  return { kind: 'RenameTo', name, span: p.spanFrom(start) }
}

// ---- catalogs, views, functions, models, connections

function alterCatalog(p: TokenCursor, start: number): DdlStatement {
  const name = p.simpleIdentifier()
  if (p.at('SET')) return { kind: 'AlterCatalog', name, action: setOptions(p), span: p.spanFrom(start) }
  if (p.at('RESET')) return { kind: 'AlterCatalog', name, action: resetOptions(p), span: p.spanFrom(start) }
  const at = p.expect('COMMENT').start
  const comment = plainString(p)
  const span = p.spanFrom(start)
  return { kind: 'AlterCatalog', name, action: { kind: 'SetComment', comment, span: p.spanFrom(at) }, span }
}

function alterView(p: TokenCursor, start: number): DdlStatement {
  const name = p.identifier()
  if (p.at('RENAME')) return { kind: 'AlterView', name, action: renameTo(p), span: p.spanFrom(start) }
  const at = p.expect('AS').start
  const query = requireQuery(p)
  const action = { kind: 'AsQuery', query, span: p.spanFrom(at) } as const
  return { kind: 'AlterView', name, action, span: p.spanFrom(start) }
}

function alterFunction(p: TokenCursor, start: number): AlterFunction {
  const temporary = p.accept('TEMPORARY')
  const system = temporary && p.accept('SYSTEM')
  p.expect('FUNCTION')
  const exists = ifExists(p)
  const name = p.identifier()
  p.expect('AS')
  const className = plainString(p)
  const language = functionLanguage(p)
  return { kind: 'AlterFunction', temporary, system, ifExists: exists, name, className, ...language, span: p.spanFrom(start) }
}

type NamedSite = Readonly<{ kind: 'AlterModel' | 'AlterConnection'; start: number }>

function alterNamed(p: TokenCursor, site: NamedSite): AlterModel | AlterConnection {
  const exists = ifExists(p)
  const name = p.identifier()
  const action = p.at('RENAME') ? renameTo(p) : p.at('RESET') ? resetOptions(p) : setOptions(p)
  return { kind: site.kind, ifExists: exists, name, action, span: p.spanFrom(site.start) }
}

function alterSystem(p: TokenCursor, site: Readonly<{ scope: AlterSystem['scope']; start: number }>): AlterSystem {
  const { scope, start } = site
  if (p.accept('RESET')) {
    const name = p.token.key === 'ALL' ? keywordName(p) : p.identifier()
    return { kind: 'AlterSystem', scope, name, span: p.spanFrom(start) }
  }
  p.expect('SET')
  const name = p.identifier()
  p.expect('=')
  const value = p.token.key === 'ON' ? keywordName(p) : p.isName(p.token) ? p.simpleIdentifier() : literal(p)
  return { kind: 'AlterSystem', scope, name, value, span: p.spanFrom(start) }
}

function keywordName(p: TokenCursor): AlterSystem['name'] {
  const { key, start, end } = p.advance()
  const span = { start, end }
  return { kind: 'Identifier', parts: [{ value: key, quoted: false, span }], span }
}

// ---- tables

function alterTable(p: TokenCursor, start: number): AlterTable {
  const exists = ifExists(p)
  const name = p.identifier()
  return { kind: 'AlterTable', ifExists: exists, name, action: tableAction(p), span: p.spanFrom(start) }
}

function tableAction(p: TokenCursor): TableAction {
  const start = p.token.start
  if (p.at('RENAME')) return p.peek(1).key === 'TO' ? renameTo(p) : renameColumn(p)
  if (p.at('RESET')) return resetOptions(p)
  if (p.at('SET')) return setOptions(p)
  if (p.at('ADD') && (p.peek(1).key === 'IF' || p.peek(1).key === 'PARTITION')) {
    if (p.peek(1).key === 'PARTITION' || p.peek(2).key === 'NOT') return addPartitions(p)
  }
  if (p.at('DROP') && (p.peek(1).key === 'PARTITION' || (p.peek(1).key === 'IF' && p.peek(2).key === 'EXISTS'))) {
    return dropPartitions(p)
  }
  return schemaAction(p, start)
}

function renameColumn(p: TokenCursor): TableAction {
  const start = p.expect('RENAME').start
  const from = p.identifier()
  p.expect('TO')
  const to = p.identifier()
  return { kind: 'RenameColumn', from, to, span: p.spanFrom(start) }
}

type SchemaAction = Extract<TableAction, MaterializedTableAction>

/** ADD, MODIFY and DROP of columns, constraints, watermark and distribution. */
function schemaAction(p: TokenCursor, start: number): SchemaAction {
  const op = p.expectOne(['ADD', 'MODIFY', 'DROP'])
  if (op === 'DROP') return dropAction(p, start)
  if (p.accept('DISTRIBUTION')) {
    const to = distribution(p)
    return { kind: 'SetDistribution', op, distribution: to, span: p.spanFrom(start) }
  }
  const elements = inFlinksOrder(p.at('(') ? parenthesized(p, alteredElement) : [alteredElement(p)])
  checkOneWatermark(p, elements)
  return { kind: op === 'ADD' ? 'AddElements' : 'ModifyElements', elements, span: p.spanFrom(start) }
}

function alteredElement(p: TokenCursor): TableElement {
  const { key } = p.token
  if (key === 'WATERMARK') return watermark(p)
  if (key === 'PRIMARY' || key === 'UNIQUE' || key === 'CONSTRAINT') return tableConstraint(p)
  p.note('PRIMARY KEY')
  p.note('WATERMARK')
  const start = p.token.start
  const element = column(p)
  const position = columnPosition(p)
  return { ...element, ...position, span: p.spanFrom(start) } as TableElement
}

function dropAction(p: TokenCursor, start: number): SchemaAction {
  if (p.accept('DISTRIBUTION')) return { kind: 'DropDistribution', span: p.spanFrom(start) }
  if (p.accept('PRIMARY')) {
    p.expect('KEY')
    return { kind: 'DropElements', what: 'PRIMARY KEY', names: [], span: p.spanFrom(start) }
  }
  if (p.accept('WATERMARK')) return { kind: 'DropElements', what: 'WATERMARK', names: [], span: p.spanFrom(start) }
  if (p.accept('CONSTRAINT')) {
    const name = p.simpleIdentifier()
    return { kind: 'DropElements', what: 'CONSTRAINT', names: [name], span: p.spanFrom(start) }
  }
  const names = p.at('(') ? parenthesized(p, (cursor) => cursor.identifier()) : [p.identifier()]
  return { kind: 'DropElements', what: 'COLUMNS', names, span: p.spanFrom(start) }
}

function addPartitions(p: TokenCursor): AddPartitions {
  const start = p.expect('ADD').start
  const notExists = ifNotExists(p)
  const partitions: AddPartitions['partitions'][number][] = []
  do {
    const at = p.expect('PARTITION').start
    const entries = partitionSpec(p)
    const options = optionalWith(p)
    partitions.push({ entries, options, span: p.spanFrom(at) })
  } while (p.at('PARTITION'))
  return { kind: 'AddPartitions', ifNotExists: notExists, partitions, span: p.spanFrom(start) }
}

function dropPartitions(p: TokenCursor): DropPartitions {
  const start = p.expect('DROP').start
  const exists = ifExists(p)
  const partitions = commaList(p, (cursor) => {
    const at = cursor.expect('PARTITION').start
    const entries = partitionSpec(cursor)
    return { entries, span: cursor.spanFrom(at) }
  })
  return { kind: 'DropPartitions', ifExists: exists, partitions, span: p.spanFrom(start) }
}

// ---- materialized tables

function materializedTableAction(p: TokenCursor): MaterializedTableAction {
  const start = p.token.start
  if (p.accept('SUSPEND')) return { kind: 'Suspend', span: p.spanFrom(start) }
  if (p.accept('RESUME')) return { kind: 'Resume', options: optionalWith(p), span: p.spanFrom(start) }
  if (p.accept('REFRESH')) {
    const partition = p.accept('PARTITION') ? partitionSpec(p) : []
    return { kind: 'Refresh', partition, span: p.spanFrom(start) }
  }
  if (p.accept('AS')) return { kind: 'AsQuery', query: requireQuery(p), span: p.spanFrom(start) }
  if (p.at('RESET')) return resetOptions(p)
  if (!p.at('SET')) return schemaAction(p, start)
  if (p.peek(1).key === '(') return setOptions(p)
  p.advance()
  if (p.at('FRESHNESS')) return { kind: 'SetFreshness', freshness: freshness(p), span: p.spanFrom(start) }
  return { kind: 'SetRefreshMode', mode: refreshMode(p), span: p.spanFrom(start) }
}
