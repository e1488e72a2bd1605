/** ROW, ARRAY and MAP. */
import type { CollectionConstructor, RowConstructor } from '../ast/expression.ts'
import type { Typed } from '../bound/scope.ts'
import { bindAll, type ExpressionBinder, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { castTo } from './implicit-cast.ts'

export function bindRow(binder: ExpressionBinder, ast: RowConstructor): Typed {
  const items = bindAll(binder, ast.items)
  return items && callBuiltIn(binder, 'ROW', { args: items, span: ast.span })
}

/** Elements, keys and values are cast to what they share. */
export function bindCollection(binder: ExpressionBinder, ast: CollectionConstructor): Typed {
  if (ast.collection === 'MULTISET') return unsupported(binder, ast.span, 'MULTISET […]')
  const items = bindAll(binder, ast.items)
  const made = items && callBuiltIn(binder, ast.collection, { args: items, span: ast.span })
  if (made === undefined) return undefined
  const { type } = made
  if (type.kind === 'MAP') return { ...made, args: items!.map((item, i) => castTo(item, i % 2 === 0 ? type.key : type.value)) }
  return type.kind === 'ARRAY' ? { ...made, args: items!.map((item) => castTo(item, type.element)) } : made
}
