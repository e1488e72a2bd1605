/** Hover: what the name under the cursor is. */
import type { CatalogTable, CatalogView } from '../catalog/catalog.ts'
import { findTable, qualify } from '../catalog/lookup.ts'
import { tableSchema } from '../catalog/table-schema.ts'
import { FUNCTION_DOCS } from '../functions/docs/function-docs.ts'
import { findBuiltInFunction } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { printType } from '../types/print-type.ts'
import { type EditorDocument, type NamePath, nameUnderCursor, openDocument } from './document.ts'
import type { EditorRequest } from './request.ts'
import { sourcesAt } from './sources.ts'

export interface Hover {
  readonly span: Span
  /** One line: a signature, a column with its type, a table's path. */
  readonly title: string
  readonly lines: readonly string[]
}

const COLUMNS_SHOWN = 50

export function hoverAt(request: EditorRequest): Hover | undefined {
  const document = openDocument(request)
  const name = nameUnderCursor(document, request.offset)
  if (name === undefined) return undefined
  if (document.tokens[name.next]?.key === '(') return functionHover(name)
  return columnHover(document, name) ?? tableHover(document, name)
}

function functionHover({ parts, span }: NamePath): Hover | undefined {
  const definition = parts.length === 1 ? findBuiltInFunction(parts[0]!) : undefined
  if (definition === undefined) return undefined
  const { name, args } = definition
  const doc = FUNCTION_DOCS[name]
  const forms = args.signatures.map((signature) => `${name}(${signature})`)
  return {
    span,
    title: doc?.usage ?? forms[0] ?? name,
    lines: [...(doc === undefined ? [] : [doc.text]), ...(doc?.usage === undefined ? forms.slice(1) : forms)],
  }
}

function columnHover(document: EditorDocument, { parts, span }: NamePath): Hover | undefined {
  const column = parts.at(-1)!
  const qualifier = parts.length > 1 ? parts.at(-2) : undefined
  for (const source of sourcesAt(document)) {
    if (qualifier !== undefined && source.alias !== qualifier) continue
    const found = source.columns.find((field) => field.name === column)
    if (found !== undefined)
      return {
        span,
        title: `${source.alias === '' ? '' : `${source.alias}.`}${column} ${printType(found.type, 'summary')}`,
        lines: [],
      }
  }
  return undefined
}

function tableHover(document: EditorDocument, { parts, span }: NamePath): Hover | undefined {
  const path = qualify(document.session, parts)
  const table = path && findTable(document.session, path)
  if (path !== undefined && table !== undefined)
    return { span, title: `${table.kind === 'view' ? 'VIEW' : 'TABLE'} ${path.join('.')}`, lines: describe(table) }
  const source = parts.length === 1 ? sourcesAt(document).find((one) => one.alias === parts[0]) : undefined
  if (source === undefined) return undefined
  return {
    span,
    title: source.alias,
    lines: source.columns.slice(0, COLUMNS_SHOWN).map(({ name, type }) => `${name} ${printType(type, 'summary')}`),
  }
}

function describe(table: CatalogTable | CatalogView): readonly string[] {
  const columns = tableSchema(table).slice(0, COLUMNS_SHOWN)
  const comment = table.comment === undefined ? [] : [table.comment]
  return [...comment, ...columns.map(({ name, type }) => `${name} ${printType(type, 'summary')}`)]
}
