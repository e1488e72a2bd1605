/** TO_CHANGELOG turns changes into rows with an operation column; FROM_CHANGELOG turns such rows into changes. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BoundField, Schema, TableFunctionArgument } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { notNull, STRING } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { isCharacter } from '../types/type-family.ts'
import { argumentsByName, functionName, type Parameter } from './call-arguments.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import type { QueryEnv } from './query-env.ts'
import { didYouMean } from './suggestion.ts'
import { type BoundTableArgument, bindTableArgument, tableArgumentOf } from './table-argument.ts'

type ChangelogFunction = 'TO_CHANGELOG' | 'FROM_CHANGELOG'

const PARAMETERS: readonly Parameter[] = [
  { name: 'INPUT' },
  { name: 'OP', optional: true },
  { name: 'OP_MAPPING', optional: true },
  { name: 'UID', optional: true },
]

export function isChangelogFunction(name: string): name is ChangelogFunction {
  return name === 'TO_CHANGELOG' || name === 'FROM_CHANGELOG'
}

export function bindChangelogFunction(name: ChangelogFunction, call: Call, env: QueryEnv): FromItem | undefined {
  const { state } = env
  const args = argumentsByName(call, PARAMETERS, state)
  if (args === undefined) return undefined
  const input = tableArgumentOf(args.get('INPUT')!)
  if (input === undefined) {
    state.error('SQL_TABLE_ARGUMENT_EXPECTED', args.get('INPUT')!.span, [
      `The input of ${name} is a table.`,
      `Write ${name}(input => TABLE t).`,
    ])
    return undefined
  }
  const table = bindTableArgument(input, env)
  const op = operationColumn(args.get('OP'), call, env)
  const mapping = bindMapping(args.get('OP_MAPPING'), env)
  if (table === undefined || op === undefined || mapping === undefined) return undefined
  const schema = name === 'TO_CHANGELOG' ? toChangelog(table, op) : fromChangelog(table, { op, call }, env)
  if (schema === undefined) return undefined
  const descriptor: TableFunctionArgument = { kind: 'descriptor', name: 'op', columns: [op] }
  const all = [{ ...table.argument, name: 'input' }, descriptor, ...mapping]
  return fromRel({ kind: 'TableFunction', fn: name, args: all, schema }, {})
}

function operationColumn(ast: Expression | undefined, call: Call, env: QueryEnv): string | undefined {
  if (ast === undefined) return 'op'
  if (ast.kind === 'Descriptor' && ast.columns.length === 1) return ast.columns[0]!.parts.at(-1)!.value
  env.state.error(
    'SQL_DESCRIPTOR_EXPECTED',
    ast.span,
    `The operation column of ${functionName(call)} is written DESCRIPTOR(column).`,
  )
  return undefined
}

function bindMapping(ast: Expression | undefined, env: QueryEnv): readonly TableFunctionArgument[] | undefined {
  if (ast === undefined) return []
  const expr = bindExpression(ast, new ColumnScope(NO_TABLE, undefined), env.state.context('op_mapping'))
  if (expr === undefined) return undefined
  if (expr.type.kind === 'MAP' && isCharacter(expr.type.key) && isCharacter(expr.type.value))
    return [{ kind: 'scalar', name: 'op_mapping', expr }]
  env.state.error('SQL_TYPE_MISMATCH', ast.span, `op_mapping is a MAP of strings, this is ${printType(expr.type)}.`)
  return undefined
}

/** Partition keys, the operation, then the rest. */
function toChangelog(table: BoundTableArgument, op: string): Schema {
  const { schema } = table.item.rel
  const keys = table.argument.partitionBy
  const rest = schema.filter((_field, i) => !keys.includes(i))
  const operation: BoundField = { name: op, type: notNull(STRING) }
  return [...keys.map((i) => schema[i]!), operation, ...rest]
}

function fromChangelog(
  table: BoundTableArgument,
  { op, call }: { readonly op: string; readonly call: Call },
  env: QueryEnv,
): Schema | undefined {
  const { schema } = table.item.rel
  const column = schema.find((field) => field.name === op)
  if (column !== undefined && isCharacter(column.type)) return schema.filter((field) => field !== column)
  const names = schema.map((field) => field.name)
  if (column === undefined)
    env.state.error('SQL_UNKNOWN_COLUMN', call.span, [
      `The operation column '${op}' is not in the input of FROM_CHANGELOG.`,
      didYouMean(op, names),
    ])
  else
    env.state.error(
      'SQL_TYPE_MISMATCH',
      call.span,
      `The operation column '${op}' is a string, this is ${printType(column.type)}.`,
    )
  return undefined
}
