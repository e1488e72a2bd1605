/** Completion: what can stand at the cursor. */
import type { ConnectorCatalog, OptionDescriptor } from '../../connector/descriptor.ts'
import { databaseNames, findTable, ownEntry, qualify, tableNames } from '../catalog/lookup.ts'
import { BUILT_IN_FUNCTIONS, findBuiltInFunction } from '../functions/function-table.ts'
import { RESERVED_KEYWORDS } from '../lex/keywords.ts'
import type { Token } from '../lex/token.ts'
import { expectedAt } from '../parse/parser.ts'
import type { Span } from '../text/span.ts'
import { printType, quoteIdentifier } from '../types/print-type.ts'
import { type EditorDocument, nameOf, openDocument } from './document.ts'
import { optionAt } from './option-context.ts'
import type { EditorRequest } from './request.ts'
import { commonTables, sourcesAt } from './sources.ts'

export type CompletionKind =
  | 'keyword'
  | 'table'
  | 'view'
  | 'column'
  | 'function'
  | 'database'
  | 'catalog'
  | 'option'
  | 'value'
  | 'type'
  | 'alias'

export interface CompletionItem {
  readonly label: string
  readonly kind: CompletionKind
  readonly insertText: string
  /** A type, a signature or a description. */
  readonly detail?: string
}

export interface Completion {
  /** What the chosen text replaces. */
  readonly replace: Span
  /** Best first; bounded. */
  readonly items: readonly CompletionItem[]
}

const ITEMS_MAX = 200

const STATEMENTS: readonly string[] =
  'SELECT,INSERT INTO,WITH,CREATE TABLE,CREATE VIEW,CREATE TEMPORARY VIEW,CREATE FUNCTION,CREATE DATABASE,CREATE MODEL,ALTER TABLE,ALTER VIEW,DROP TABLE,DROP VIEW,DESCRIBE,EXPLAIN,SHOW TABLES,SHOW CREATE TABLE,SET,RESET,USE,EXECUTE STATEMENT SET BEGIN'.split(
    ',',
  )
const TYPES: readonly string[] =
  'STRING;INT;BIGINT;DOUBLE;BOOLEAN;DECIMAL(10, 2);TIMESTAMP(3);TIMESTAMP_LTZ(3);DATE;TIME;FLOAT;SMALLINT;TINYINT;BYTES;ARRAY<STRING>;MAP<STRING, STRING>;ROW<f STRING>;MULTISET<STRING>;VARIANT'.split(
    ';',
  )

export function completionsAt(request: EditorRequest): Completion {
  const document = openDocument(request)
  const typed = document.tokens[document.cursor]
  const inside = typed !== undefined && typed.start < request.offset && request.offset <= typed.end
  const option = inside && typed.type === 'string' ? optionAt(document) : undefined
  if (option !== undefined) {
    const replace = {
      start: typed!.start + 1,
      end: typed!.end - (request.text[typed!.end - 1] === "'" && typed!.end - typed!.start > 1 ? 1 : 0),
    }
    return { replace, items: optionItems(option, request.connectors) }
  }
  if (inside && typed.type === 'string') return { replace: typed, items: [] }
  const word = inside && nameOf(typed, request.text) !== undefined ? typed : undefined
  const replace = word ?? { start: request.offset, end: request.offset }
  const prefix = word === undefined ? '' : request.text.slice(word.start, request.offset).replace(/^`/, '')
  const at = word === undefined ? behindCursor(document, request.offset) : document.cursor
  const items = itemsBehind(document, at) ?? itemsOfGrammar(document, request.offset)
  return { replace: { start: replace.start, end: replace.end }, items: rank(items, prefix) }
}

/** The ordinal at which a new token would stand. */
function behindCursor({ tokens, cursor }: EditorDocument, offset: number): number {
  return tokens[cursor] !== undefined && tokens[cursor]!.end <= offset ? cursor + 1 : cursor
}

/** What the words before decide by themselves: names behind a dot, tables, databases. */
function itemsBehind(document: EditorDocument, at: number): readonly CompletionItem[] | undefined {
  const { tokens } = document
  const before = tokens[at - 1]
  if (before === undefined) return STATEMENTS.map(keyword)
  if (before.key === '.') return qualified(document, at - 1)
  if (expectsTable(tokens, at)) return tables(document)
  if (before.key === 'USE') return [...databases(document), keyword('CATALOG')]
  if (before.key === 'CATALOG' && tokens[at - 2]?.key === 'USE')
    return Object.keys(document.session.catalogs).map((name) => named(name, 'catalog'))
  return undefined
}

/** What the grammar takes at the cursor: columns and functions where a value can stand, types, and its keywords. */
function itemsOfGrammar(document: EditorDocument, offset: number): readonly CompletionItem[] {
  const { keywords, classes } = expectedAt(document.text, offset)
  if (classes.includes('a type')) return TYPES.map((label) => ({ label, kind: 'type', insertText: label }))
  const words = keywords.filter((word) => /^[A-Z]/.test(word)).map(keyword)
  if (!classes.includes('an expression')) return words
  return [...columns(document), ...functions(), ...words]
}

const TABLE_INTRODUCERS: ReadonlySet<string> = new Set([
  'FROM',
  'JOIN',
  'INTO',
  'TABLE',
  'UPDATE',
  'DESCRIBE',
  'DESC',
  'OVERWRITE',
  'VIEW',
])

function expectsTable(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]!
  if (TABLE_INTRODUCERS.has(before.key)) return true
  if (before.key !== ',') return false
  // A comma goes on with tables while no other clause came since FROM.
  for (let i = at - 2; i >= 0; i--) {
    const { key } = tokens[i]!
    if (key === 'FROM') return true
    if (['SELECT', 'WHERE', 'BY', 'ON', 'HAVING', '(', ')'].includes(key)) return false
  }
  return false
}

function qualified(document: EditorDocument, dot: number): readonly CompletionItem[] {
  const { tokens, text, session } = document
  const parts: string[] = []
  for (let i = dot; i > 0 && tokens[i]!.key === '.'; i -= 2) {
    const part = nameOf(tokens[i - 1]!, text)
    if (part === undefined) break
    parts.unshift(part)
  }
  const source = parts.length === 1 ? sourcesAt(document).find((one) => one.alias === parts[0]) : undefined
  if (source !== undefined)
    return source.columns.map(({ name, type }) => ({ ...named(name, 'column'), detail: printType(type, 'summary') }))
  if (parts.length === 2) return tableNames(session, parts[0], parts[1]).map((name) => tableItem(document, [...parts, name]))
  const catalog = ownEntry(session.catalogs, parts[0] ?? '')
  const inDatabase = tableNames(session, session.currentCatalog, parts[0]).map((name) => tableItem(document, [...parts, name]))
  return [...inDatabase, ...databaseNames(catalog).map((name) => named(name, 'database'))]
}

function tables(document: EditorDocument): readonly CompletionItem[] {
  const common = commonTables(document).map((one) => named(one.name, 'table'))
  const known = tableNames(document.session).map((name) => tableItem(document, [name]))
  const windows = ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION'].map(
    (name): CompletionItem => ({ label: name, kind: 'function', insertText: `${name}(TABLE ` }),
  )
  return [...common, ...known, ...databases(document), ...windows]
}

function tableItem({ session }: EditorDocument, parts: readonly string[]): CompletionItem {
  const path = qualify(session, parts)
  return named(parts.at(-1)!, (path && findTable(session, path)?.kind) === 'view' ? 'view' : 'table')
}

function databases({ session }: EditorDocument): readonly CompletionItem[] {
  return databaseNames(ownEntry(session.catalogs, session.currentCatalog)).map((name) => named(name, 'database'))
}

function columns(document: EditorDocument): readonly CompletionItem[] {
  const sources = sourcesAt(document)
  const all = sources.flatMap((source) =>
    source.columns.map(
      ({ name, type }): CompletionItem => ({
        ...named(name, 'column'),
        detail: `${printType(type, 'summary')} of ${source.alias}`,
      }),
    ),
  )
  return [...all, ...sources.flatMap((source) => (source.alias === '' ? [] : [named(source.alias, 'alias')]))]
}

let functionItems: readonly CompletionItem[] | undefined

function functions(): readonly CompletionItem[] {
  functionItems ??= BUILT_IN_FUNCTIONS.filter(
    ({ name, kind, since }) => findBuiltInFunction(name) !== undefined && kind !== 'table' && since === undefined,
  ).map(
    ({ name, syntax, args }): CompletionItem => ({
      label: name,
      kind: 'function',
      insertText: syntax === 'bare' ? name : `${name}(`,
      detail: `${name}(${args.signatures[0] ?? ''})`,
    }),
  )
  return functionItems
}

function optionItems(
  { key, written }: NonNullable<ReturnType<typeof optionAt>>,
  catalog: ConnectorCatalog | undefined,
): readonly CompletionItem[] {
  if (catalog === undefined) return []
  const connector = ownEntry(catalog.connectors, written['connector'] ?? '')
  const format = ownEntry(catalog.formats, written['format'] ?? '')
  const prefixed = format?.options.map((option) => ({ ...option, key: `${format.identifier}.${option.key}` })) ?? []
  const options: readonly OptionDescriptor[] = [...(connector?.options ?? []), ...prefixed]
  if (key === undefined) {
    const rest = options.filter((option) => !Object.hasOwn(written, option.key))
    const fixed = ['connector', 'format'].filter(
      (name) => !Object.hasOwn(written, name) && !rest.some((option) => option.key === name),
    )
    return [
      ...fixed.map((name) => value(name, 'option')),
      ...rest.map((option): CompletionItem => ({ ...value(option.key, 'option'), detail: option.doc })),
    ]
  }
  if (key === 'connector') return Object.keys(catalog.connectors).map((name) => value(name, 'value'))
  if (key === 'format' || key.endsWith('.format'))
    return (connector?.formats ?? Object.keys(catalog.formats)).map((name) => value(name, 'value'))
  const option = options.find((one) => one.key === key)
  return (option?.type === 'boolean' ? ['true', 'false'] : (option?.values ?? [])).map((name) => value(name, 'value'))
}

function value(label: string, kind: CompletionKind): CompletionItem {
  return { label, kind, insertText: label }
}

function keyword(label: string): CompletionItem {
  return { label, kind: 'keyword', insertText: label }
}

/** Names that are no plain words are quoted. */
function named(label: string, kind: CompletionKind): CompletionItem {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(label) && !RESERVED_KEYWORDS.has(label.toUpperCase())
  return { label, kind, insertText: plain ? label : quoteIdentifier(label) }
}

/** Items that begin with the prefix, then those that hold it; each label and kind once. */
function rank(items: readonly CompletionItem[], prefix: string): readonly CompletionItem[] {
  const wanted = prefix.toLowerCase()
  const seen = new Set<string>()
  const matching = items.filter(({ label, kind }) => {
    const key = `${kind} ${label}`
    if (seen.has(key) || !label.toLowerCase().includes(wanted)) return false
    seen.add(key)
    return true
  })
  const starts = matching.filter(({ label }) => label.toLowerCase().startsWith(wanted))
  const rest = matching.filter(({ label }) => !label.toLowerCase().startsWith(wanted))
  return [...starts, ...rest].slice(0, ITEMS_MAX)
}
