/** Go to definition: aliases and common tables of the statement, tables and views made in the script. */
import type { Statement } from '../ast/statement.ts'
import { qualify } from '../catalog/lookup.ts'
import type { Span } from '../text/span.ts'
import { type EditorDocument, nameUnderCursor, openDocument } from './document.ts'
import type { EditorRequest } from './request.ts'
import { commonTables, sourcesAt } from './sources.ts'

/** Where the name under the cursor is defined in this text. */
export function definitionAt(request: EditorRequest): Span | undefined {
  const document = openDocument(request)
  const name = nameUnderCursor(document, request.offset)
  if (name === undefined) return undefined
  const [first] = name.parts
  if (name.parts.length === 1) {
    const local = sourcesAt(document).find((source) => source.alias === first)
    const common = commonTables(document).find((one) => one.name === first)
    if (common !== undefined && common.span.start !== name.span.start) return common.span
    if (local !== undefined && local.span.start !== name.span.start && local.span.end !== name.span.end) return local.span
  }
  return created(document, name.parts) ?? (name.parts.length > 1 ? ownerOf(document, first!) : undefined)
}

/** `orders.amount`: the alias or table in front. */
function ownerOf(document: EditorDocument, qualifier: string): Span | undefined {
  return sourcesAt(document).find((source) => source.alias === qualifier)?.span
}

/** The name in the last CREATE that makes the object before the cursor's statement. */
function created(document: EditorDocument, parts: readonly string[]): Span | undefined {
  const wanted = qualify(document.session, parts)?.join('\0')
  const start = document.tokens[0]?.start ?? 0
  const spans = document.analysis.statements.flatMap(({ ast, before, span }) => {
    const name = span.start < start ? createdName(ast) : undefined
    const path =
      name &&
      qualify(
        before,
        name.parts.map((part) => part.value),
      )
    return name !== undefined && path?.join('\0') === wanted ? [name.span] : []
  })
  return spans.at(-1)
}

function createdName(ast: Statement): Extract<Statement, { kind: 'CreateTable' }>['name'] | undefined {
  return ast.kind === 'CreateTable' || ast.kind === 'CreateView' || ast.kind === 'CreateModel' || ast.kind === 'CreateFunction'
    ? ast.name
    : undefined
}
