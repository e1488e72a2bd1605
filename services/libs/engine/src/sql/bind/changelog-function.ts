/** TO_CHANGELOG turns changes into rows with an operation column; FROM_CHANGELOG turns such rows into changes. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundField, Schema, TableFunctionArgument } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { STRING } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { isCharacter } from '../types/type-family.ts'
import { argumentsByName, functionName, type Parameter } from './call-arguments.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import { literalOf } from './conditions.ts'
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
  const mapping = bindMapping(name, args.get('OP_MAPPING'), env)
  if (input.partitionBy !== undefined) {
    state.error('SQL_UNSUPPORTED', input.span, `${name} takes each row by itself; its input cannot be partitioned.`)
    return undefined
  }
  if (table === undefined || op === undefined || mapping === undefined) return undefined
  const schema = name === 'TO_CHANGELOG' ? toChangelog(table, { op, call }, env) : fromChangelog(table, { op, call }, env)
  if (schema === undefined) return undefined
  const descriptor: TableFunctionArgument = { kind: 'descriptor', name: 'op', columns: [op] }
  const all = [{ ...table.argument, name: 'input' }, descriptor, ...mapping]
  return fromRel({ kind: 'TableFunction', fn: name, args: all, schema }, {})
}

interface OperationColumn {
  readonly op: string
  readonly call: Call
}

const CHANGES: readonly string[] = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE']

/** Changes stand in the keys of TO_CHANGELOG's mapping and in the values of FROM_CHANGELOG's. */
function mappingProblem(name: ChangelogFunction, mapping: BoundExpr): string | undefined {
  const entries = mapping.kind === 'Call' && mapping.fn === 'MAP' ? mapping.args.map(literalOf) : undefined
  if (entries === undefined || entries.includes(undefined)) return 'op_mapping has to be a constant MAP.'
  const texts = entries.map((literal) => String(literal!.value))
  const changes = texts.filter((_text, i) => i % 2 === (name === 'TO_CHANGELOG' ? 0 : 1))
  const named = name === 'TO_CHANGELOG' ? changes.flatMap((text) => text.split(',')) : changes
  const trimmed = named.map((text) => text.trim())
  const unknown = trimmed.find((change) => !CHANGES.includes(change))
  if (unknown !== undefined) return `op_mapping names the change '${unknown}'; there are ${CHANGES.join(', ')}.`
  const twice = trimmed.find((change, i) => trimmed.indexOf(change) !== i)
  if (twice !== undefined) return `op_mapping names the change '${twice}' twice.`
  const upsert = name === 'FROM_CHANGELOG' && trimmed.includes('UPDATE_AFTER') && !trimmed.includes('UPDATE_BEFORE')
  return upsert ? 'op_mapping with UPDATE_AFTER needs UPDATE_BEFORE too.' : undefined
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

function bindMapping(
  name: ChangelogFunction,
  ast: Expression | undefined,
  env: QueryEnv,
): readonly TableFunctionArgument[] | undefined {
  if (ast === undefined) return []
  const expr = bindExpression(ast, new ColumnScope(NO_TABLE, undefined), env.state.context('op_mapping'))
  if (expr === undefined) return undefined
  if (expr.type.kind === 'MAP' && isCharacter(expr.type.key) && isCharacter(expr.type.value)) {
    const problem = mappingProblem(name, expr)
    if (problem === undefined) return [{ kind: 'scalar', name: 'op_mapping', expr }]
    env.state.error('SQL_OP_MAPPING', ast.span, problem)
    return undefined
  }
  env.state.error('SQL_TYPE_MISMATCH', ast.span, `op_mapping is a MAP of strings, this is ${printType(expr.type)}.`)
  return undefined
}

/** The operation, then the columns of the input. */
function toChangelog(table: BoundTableArgument, { op, call }: OperationColumn, env: QueryEnv): Schema | undefined {
  const { schema } = table.item.rel
  if (schema.some((field) => field.name === op)) {
    env.state.error('SQL_DUPLICATE_COLUMN', call.span, [
      `The input of TO_CHANGELOG has a column '${op}' already.`,
      'Name another one: op => DESCRIPTOR(kind).',
    ])
    return undefined
  }
  const operation: BoundField = { name: op, type: STRING }
  return [operation, ...schema]
}

function fromChangelog(table: BoundTableArgument, { op, call }: OperationColumn, env: QueryEnv): Schema | undefined {
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
