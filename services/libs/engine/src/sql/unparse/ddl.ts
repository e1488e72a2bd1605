import type {
  AlterFunction,
  ColumnConstraint,
  CreateFunction,
  CreateMaterializedTable,
  CreateModel,
  CreateTable,
  CreateView,
  DdlStatement,
  Distribution,
  Drop,
  LikeClause,
  MaterializedTableAction,
  StartMode,
  TableAction,
  TableConstraint,
  TableElement,
  TableOption,
} from '../ast/ddl.ts'
import type { PartitionEntry } from '../ast/dml.ts'
import type { StringLiteral } from '../ast/expression.ts'
import { unparseLiteral } from './expression.ts'
import { block, type Printers, printIdentifier, printName, printNames, printString, words } from './print.ts'
import { unparseType } from './type-name.ts'

/** One DDL statement; lists of columns and options on lines of their own. */
export function unparseDdl(node: DdlStatement, u: Printers): string {
  switch (node.kind) {
    case 'CreateTable':
      return createTable(node, u)
    case 'CreateMaterializedTable':
      return createMaterializedTable(node, u)
    case 'CreateView':
      return createView(node, u)
    case 'CreateCatalog':
      return words('CREATE CATALOG', notExists(node), printName(node.name), comment(node), withOptions(node.options))
    case 'CreateDatabase':
      return words('CREATE DATABASE', notExists(node), printIdentifier(node.name), comment(node), withOptions(node.options))
    case 'CreateFunction':
      return createFunction(node)
    case 'CreateModel':
      return createModel(node, u)
    case 'CreateConnection': {
      const head = words('CREATE', node.temporary && 'TEMPORARY', node.system && 'SYSTEM', 'CONNECTION', notExists(node))
      return words(head, printIdentifier(node.name), comment(node), `WITH ${options(node.options)}`)
    }
    case 'AlterFunction':
      return alterFunction(node)
    case 'AlterTable':
      return words('ALTER TABLE', node.ifExists && 'IF EXISTS', printIdentifier(node.name), action(node.action, u))
    case 'AlterMaterializedTable':
      return words('ALTER MATERIALIZED TABLE', printIdentifier(node.name), action(node.action, u))
    case 'AlterView':
      return words('ALTER VIEW', printIdentifier(node.name), action(node.action, u))
    case 'AlterCatalog':
      if (node.action.kind === 'SetComment') {
        return words('ALTER CATALOG', printIdentifier(node.name), 'COMMENT', printString(node.action.comment))
      }
      return words('ALTER CATALOG', printIdentifier(node.name), action(node.action, u))
    case 'AlterDatabase':
      return words('ALTER DATABASE', printIdentifier(node.name), action(node.action, u))
    case 'AlterModel':
      return words('ALTER MODEL', node.ifExists && 'IF EXISTS', printIdentifier(node.name), action(node.action, u))
    case 'AlterConnection':
      return words('ALTER CONNECTION', node.ifExists && 'IF EXISTS', printIdentifier(node.name), action(node.action, u))
    case 'Drop':
      return drop(node)
  }
}

// ---- parts

function notExists(node: Readonly<{ ifNotExists: boolean }>): string | false {
  return node.ifNotExists && 'IF NOT EXISTS'
}

function comment(node: Readonly<{ comment?: StringLiteral }>): string | undefined {
  return node.comment && `COMMENT ${printString(node.comment)}`
}

export function options(list: readonly TableOption[]): string {
  return block(list.map(({ key, value }) => `${printString(key)} = ${printString(value)}`))
}

export function withOptions(list: readonly TableOption[]): string {
  return list.length === 0 ? '' : `\nWITH ${options(list)}`
}

export function partitionSpec(entries: readonly PartitionEntry[]): string {
  return `(${entries.map(({ name, value }) => words(printName(name), value && `= ${unparseLiteral(value)}`)).join(', ')})`
}

function element(node: TableElement, u: Printers): string {
  switch (node.kind) {
    case 'NamedColumn':
      return printIdentifier(node.name)
    case 'PhysicalColumn': {
      const constraint = node.constraint && columnConstraint(node.constraint)
      return words(printIdentifier(node.name), unparseType(node.type), constraint, comment(node), position(node))
    }
    case 'MetadataColumn': {
      const from = node.from && `FROM ${printString(node.from)}`
      const metadata = words('METADATA', from, node.virtual && 'VIRTUAL')
      return words(printIdentifier(node.name), unparseType(node.type), metadata, comment(node), position(node))
    }
    case 'ComputedColumn':
      return words(printIdentifier(node.name), 'AS', u.expression(node.expr), comment(node), position(node))
    case 'WatermarkClause':
      return `WATERMARK FOR ${printIdentifier(node.column)} AS ${u.expression(node.expr)}`
    case 'TableConstraint':
      return words(columnConstraint(node), printNames(node.columns), enforcement(node))
  }
}

function position(
  node: Extract<TableElement, { kind: 'PhysicalColumn' | 'MetadataColumn' | 'ComputedColumn' }>,
): string | undefined {
  if (node.position === undefined) return undefined
  return node.position.after === undefined ? 'FIRST' : `AFTER ${printIdentifier(node.position.after)}`
}

function columnConstraint(node: ColumnConstraint | TableConstraint): string {
  const enforced = 'kind' in node ? undefined : enforcement(node)
  return words(node.name && `CONSTRAINT ${printName(node.name)}`, node.type, enforced)
}

function enforcement(node: Readonly<{ enforced?: boolean }>): string | undefined {
  return node.enforced === undefined ? undefined : node.enforced ? 'ENFORCED' : 'NOT ENFORCED'
}

function elements(list: readonly TableElement[], u: Printers): string {
  return block(list.map((one) => element(one, u)))
}

function distribution({ method, columns, buckets }: Distribution): string {
  const by = columns.length === 0 ? undefined : `BY ${method ?? ''}${printNames(columns)}`
  return words(by, buckets !== undefined && `INTO ${buckets} BUCKETS`)
}

// ---- CREATE

function tableClauses(node: CreateTable | CreateMaterializedTable, u: Printers): string {
  return words(
    node.elements.length > 0 && elements(node.elements, u),
    node.comment && `\n${comment(node)}`,
    node.distribution && `\nDISTRIBUTED ${distribution(node.distribution)}`,
    node.partitionedBy.length > 0 && `\nPARTITIONED BY ${printNames(node.partitionedBy)}`,
    withOptions(node.options),
  )
}

function createTable(node: CreateTable, u: Printers): string {
  const verb = node.bareReplace ? 'REPLACE' : node.replace ? 'CREATE OR REPLACE' : 'CREATE'
  const head = words(verb, node.temporary && 'TEMPORARY', 'TABLE', notExists(node), printIdentifier(node.name))
  const like = node.like && `\n${likeClause(node.like)}`
  return words(head, tableClauses(node, u), like, node.query && `\nAS\n${u.query(node.query)}`)
}

function likeClause({ table, options: list }: LikeClause): string {
  const body = list.length === 0 ? '' : ` (\n  ${list.map(({ strategy, feature }) => `${strategy} ${feature}`).join('\n  ')}\n)`
  return `LIKE ${printIdentifier(table)}${body}`
}

function createMaterializedTable(node: CreateMaterializedTable, u: Printers): string {
  const head = words('CREATE', node.orAlter && 'OR ALTER', 'MATERIALIZED TABLE', printIdentifier(node.name))
  return words(
    head,
    tableClauses(node, u),
    node.startMode && `\n${startMode(node.startMode, u)}`,
    node.freshness && `\nFRESHNESS = ${unparseLiteral(node.freshness)}`,
    node.refreshMode && `\nREFRESH_MODE = ${node.refreshMode}`,
    `\nAS\n${u.query(node.query)}`,
  )
}

function startMode({ mode, argument }: StartMode, u: Printers): string {
  return `START_MODE = ${mode}${argument === undefined ? '' : `(${u.expression(argument)})`}`
}

function createView(node: CreateView, u: Printers): string {
  const head = words('CREATE', node.replace && 'OR REPLACE', node.temporary && 'TEMPORARY', 'VIEW', notExists(node))
  const columns = node.columns.length === 0 ? undefined : printNames(node.columns)
  return words(head, printIdentifier(node.name), columns, comment(node), `AS\n${u.query(node.query)}`)
}

function createFunction(node: CreateFunction): string {
  const head = words('CREATE', node.temporary && 'TEMPORARY', node.system && 'SYSTEM', 'FUNCTION', notExists(node))
  const resources = node.resources.map(({ type, path }) => `${type} ${printString(path)}`).join(', ')
  return words(
    head,
    printIdentifier(node.name),
    `AS ${printString(node.className)}`,
    node.language && `LANGUAGE ${node.language}`,
    resources && `USING ${resources}`,
    withOptions(node.options),
  )
}

function createModel(node: CreateModel, u: Printers): string {
  return words(
    words('CREATE', node.temporary && 'TEMPORARY', 'MODEL', notExists(node), printIdentifier(node.name)),
    node.input.length > 0 && `INPUT ${elements(node.input, u)}`,
    node.output.length > 0 && `OUTPUT ${elements(node.output, u)}`,
    comment(node),
    withOptions(node.options),
    node.query && `AS\n${u.query(node.query)}`,
  )
}

// ---- ALTER and DROP

function alterFunction(node: AlterFunction): string {
  const head = words('ALTER', node.temporary && 'TEMPORARY', node.system && 'SYSTEM', 'FUNCTION', node.ifExists && 'IF EXISTS')
  return words(
    head,
    printIdentifier(node.name),
    `AS ${printString(node.className)}`,
    node.language && `LANGUAGE ${node.language}`,
  )
}

type Action = TableAction | MaterializedTableAction

function action(node: Action, u: Printers): string {
  switch (node.kind) {
    case 'RenameTo':
      return `RENAME TO ${printIdentifier(node.name)}`
    case 'RenameColumn':
      return `RENAME ${printIdentifier(node.from)} TO ${printIdentifier(node.to)}`
    case 'SetOptions':
      return `SET ${options(node.options)}`
    case 'ResetOptions':
      return `RESET ${block(node.keys.map(printString))}`
    case 'AddElements':
      return `ADD ${elements(node.elements, u)}`
    case 'ModifyElements':
      return `MODIFY ${elements(node.elements, u)}`
    case 'DropElements':
      if (node.what === 'COLUMNS') return `DROP ${block(node.names.map(printIdentifier))}`
      return words('DROP', node.what, ...node.names.map(printIdentifier))
    case 'SetDistribution':
      return `${node.op} DISTRIBUTION ${distribution(node.distribution)}`
    case 'DropDistribution':
      return 'DROP DISTRIBUTION'
    case 'AddPartitions': {
      const partitions = node.partitions.map(({ entries, options: list }) =>
        words('PARTITION', partitionSpec(entries), withOptions(list)),
      )
      return words('ADD', node.ifNotExists && 'IF NOT EXISTS', ...partitions)
    }
    case 'DropPartitions': {
      const partitions = node.partitions.map(({ entries }) => `PARTITION ${partitionSpec(entries)}`)
      return words('DROP', node.ifExists && 'IF EXISTS', partitions.join(', '))
    }
    default:
      return materializedTableAction(node, u)
  }
}

type MaterializedOnly = Exclude<MaterializedTableAction, TableAction>

function materializedTableAction(node: MaterializedOnly, u: Printers): string {
  switch (node.kind) {
    case 'Suspend':
      return 'SUSPEND'
    case 'Resume':
      return words('RESUME', withOptions(node.options))
    case 'Refresh':
      return words('REFRESH', node.partition.length > 0 && `PARTITION ${partitionSpec(node.partition)}`)
    case 'SetFreshness':
      return `SET FRESHNESS = ${unparseLiteral(node.freshness)}`
    case 'SetRefreshMode':
      return `SET REFRESH_MODE = ${node.mode}`
    case 'AsQuery':
      return `AS\n${u.query(node.query)}`
  }
}

function drop(node: Drop): string {
  const head = words('DROP', node.temporary && 'TEMPORARY', node.system && 'SYSTEM', node.object, node.ifExists && 'IF EXISTS')
  return words(head, printIdentifier(node.name), node.behavior)
}
