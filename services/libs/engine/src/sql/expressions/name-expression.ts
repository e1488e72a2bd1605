/** Names of columns and fields of rows. */
import type { FieldAccess, ItemAccess } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { closest } from '../functions/closest-name.ts'
import { builtIn } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { INTEGER, notNull, nullable } from '../types/make-type.ts'
import { isCharacter } from '../types/type-family.ts'
import { type ExpressionBinder, fail, literal, literalValue, showTypes, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { castTo } from './implicit-cast.ts'

export function bindIdentifier(binder: ExpressionBinder, ast: Identifier): Typed {
  const bare = bareFunction(ast)
  if (bare !== undefined) return callBuiltIn(binder, bare, { args: [], span: ast.span })
  const found = binder.scope.resolveColumn(ast.parts)
  switch (found.kind) {
    case 'expr':
      return ast.parts.slice(found.used).reduce<Typed>((row, part) => row && fieldOf(binder, row, part), found.expr)
    case 'ambiguous':
      return fail(binder, {
        code: 'SQL_AMBIGUOUS_COLUMN',
        span: ast.span,
        message: `Column '${shown(ast)}' is ambiguous: ${found.candidates.join(', ')}`,
        hint: 'Write the table before it.',
      })
    case 'unknown':
      return unknownColumn(binder, ast, found.candidates)
    default:
      return undefined
  }
}

/** CURRENT_DATE, PI and their like are called without parentheses. */
function bareFunction({ parts }: Identifier): string | undefined {
  const [only] = parts
  if (parts.length !== 1 || only === undefined || only.quoted) return undefined
  const definition = builtIn(only.value.toUpperCase())
  return definition?.syntax === 'bare' ? definition.name : undefined
}

function unknownColumn(binder: ExpressionBinder, ast: Identifier, candidates: readonly string[]): undefined {
  const near = closest(ast.parts.at(-1)!.value, candidates) ?? closest(ast.parts[0]!.value, candidates)
  const hint = near === undefined ? undefined : `Did you mean '${near}'?`
  return fail(binder, { code: 'SQL_UNKNOWN_COLUMN', span: ast.span, message: `Column '${shown(ast)}' is not found`, hint })
}

function shown({ parts }: Identifier): string {
  return parts.map((part) => part.value).join('.')
}

/** A field of a row by its name; of the names in any case, the exact one wins. */
export function fieldOf(binder: ExpressionBinder, row: BoundExpr, name: Pick<Name, 'value' | 'span'>): Typed {
  const { type } = row
  if (type.kind !== 'ROW' && type.kind !== 'STRUCTURED') {
    return fail(binder, { code: 'SQL_NOT_A_ROW', span: name.span, message: `${showTypes([type])} has no field '${name.value}'` })
  }
  const names = type.fields.map((field) => field.name)
  const ordinal = names.indexOf(name.value)
  if (ordinal >= 0) return fieldAt(row, ordinal)
  const near = closest(name.value, names)
  return fail(binder, {
    code: 'SQL_UNKNOWN_FIELD',
    span: name.span,
    message: `The row has no field '${name.value}'`,
    hint: near === undefined ? undefined : `Did you mean '${near}'?`,
  })
}

/** `ordinal` counts from 0; the field must be there. */
function fieldAt(row: BoundExpr, ordinal: number): BoundExpr {
  const fields = 'fields' in row.type ? row.type.fields : []
  const { type } = fields[ordinal]!
  return {
    kind: 'Call',
    fn: 'FIELD',
    type: row.type.nullable ? nullable(type) : type,
    args: [row, literal(notNull(INTEGER), ordinal)],
  }
}

export function bindFieldAccess(binder: ExpressionBinder, ast: FieldAccess): Typed {
  if (ast.field === undefined || 'kind' in ast.field) return unsupported(binder, ast.span, 'A method call')
  const row = binder.bind(ast.operand)
  return row && fieldOf(binder, row, ast.field)
}

/** `array[1]`, `map['key']`, `row['field']`, `row[1]`, `variant['key']`. */
export function bindItemAccess(binder: ExpressionBinder, ast: ItemAccess): Typed {
  if (ast.access !== undefined) return unsupported(binder, ast.span, ast.access)
  const container = binder.bind(ast.operand)
  const index = binder.bind(ast.index)
  if (container === undefined || index === undefined) return undefined
  if (container.type.kind === 'ROW') return rowItem(binder, container, { index, span: ast.index.span })
  const item = callBuiltIn(binder, 'ITEM', { args: [container, index], span: ast.span })
  if (item === undefined || container.type.kind !== 'MAP') return item
  return { ...item, args: [container, castTo(index, container.type.key)] }
}

function rowItem(
  binder: ExpressionBinder,
  row: BoundExpr,
  { index, span }: { readonly index: BoundExpr; readonly span: Span },
): Typed {
  const value = literalValue(index)
  if (typeof value === 'string' && isCharacter(index.type)) return fieldOf(binder, row, { value, span })
  const count = row.type.kind === 'ROW' ? row.type.fields.length : 0
  if (typeof value === 'number' && value >= 1 && value <= count) return fieldAt(row, value - 1)
  return fail(binder, {
    code: 'SQL_UNKNOWN_FIELD',
    span,
    message: 'A field of a row is given by a literal name or a number from 1 on',
  })
}
