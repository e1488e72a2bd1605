import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { BindingContext } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr } from '../bound/expr.ts'
import { parseExpression } from '../parse/parser.ts'
import { parseType } from '../types/parse-type.ts'
import { printType } from '../types/print-type.ts'
import { bindExpression } from './bind-expression.ts'
import { SchemaScope } from './schema-scope.ts'

interface Group {
  readonly columns: Readonly<Record<string, string>>
  readonly expressions: readonly (readonly [sql: string, type: string | null])[]
}
const corpus: { readonly groups: readonly Group[] } = JSON.parse(
  readFileSync(new URL('./testdata/flink-expression-types.json', import.meta.url), 'utf8'),
)

const resultOf = (call: AggregateCall): BoundExpr => ({ kind: 'Column', type: call.type, index: 0, name: call.name })
const CONTEXT: BindingContext = {
  config: {},
  place: 'SELECT',
  report: () => {},
  resolveFunction: () => undefined,
  query: { groupCount: 0, aggregate: resultOf },
}

function typeOf(sql: string, scope: SchemaScope): string | null {
  const { expression, diagnostics } = parseExpression(sql)
  if (expression === undefined || diagnostics.length > 0) return null
  const bound = bindExpression(expression, scope, CONTEXT)
  return bound === undefined ? null : printType(bound.type)
}

it.each(corpus.groups)(
  'expressions have the types that Flink planned, or are refused as there (group %#)',
  ({ columns, expressions }) => {
    const schema = Object.entries(columns).map(([name, type]) => ({ name, type: parseType(type) }))
    const scope = new SchemaScope(schema, 'T')
    const differences = expressions.flatMap(([sql, type]) => {
      const actual = typeOf(sql, scope)
      return actual === type ? [] : [`${sql}: Flink ${type}, here ${actual}`]
    })
    expect(differences).toEqual([])
  },
)
