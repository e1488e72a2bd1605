/** ORDER BY items. */
import type { OrderItem } from '../ast/expression.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { SortKey } from '../bound/expr.ts'
import type { Scope } from '../bound/scope.ts'
import { bindExpression } from '../expressions/bind-expression.ts'

/** Flink orders NULL as the smallest value: first when ascending, last when descending. */
export function nullsFirst(item: OrderItem): boolean {
  return item.nulls === undefined ? !item.descending : item.nulls === 'FIRST'
}

export function bindSortKeys(items: readonly OrderItem[], scope: Scope, context: BindingContext): readonly SortKey[] | undefined {
  const keys: SortKey[] = []
  for (const item of items) {
    const expr = bindExpression(item.expr, scope, context)
    if (expr !== undefined) keys.push({ expr, descending: item.descending, nullsFirst: nullsFirst(item) })
  }
  return keys.length === items.length ? keys : undefined
}
