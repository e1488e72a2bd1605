/** Bound expressions to generated code. Nodes that SQL evaluates only on demand (branches, right sides of AND and OR) stand in blocks of their own. */
import type { BoundCase, BoundCast, BoundColumn, BoundExpr } from '../sql/bound/expr.ts'
import { exprKey } from '../sql/bound/walk.ts'
import { declareResult } from './branch-result.ts'
import { emitCast } from './casts/cast.ts'
import type { CodeBuilder } from './code-builder.ts'
import { formOf, toForm } from './conversion.ts'
import { type ExpressionEnv, zoneOf } from './expression-env.ts'
import { functionEmitter } from './functions/registry.ts'
import { emitLiteral } from './literal.ts'
import { coerce } from './numeric.ts'
import { UnsupportedError } from './unsupported-error.ts'
import type { Form, Value } from './value.ts'

/** Loads a column of the current row. */
export type ColumnReader = (column: BoundColumn) => Value

/** Expressions above this many nodes are not looked up as computed before: the key would cost more than it saves. */
const SHARED_NODES_MAX = 40

export function createExpressionEnv(
  code: CodeBuilder,
  config: Readonly<Record<string, string>>,
  readColumn: ColumnReader,
): ExpressionEnv {
  const env: ExpressionEnv = {
    code,
    config,
    zone: zoneOf(config),
    context: 'context',
    emit: (expr) => emitShared(env, readColumn, expr),
  }
  return env
}

function emitShared(env: ExpressionEnv, readColumn: ColumnReader, expr: BoundExpr): Value {
  if (expr.kind === 'Literal') return emitLiteral(env.code, expr)
  if (expr.kind === 'Column') return emitColumn(env, readColumn, expr)
  if (!isShareable(expr)) return emitNode(env, expr)
  const key = exprKey(expr)
  return env.code.known(key) ?? env.code.remember(key, emitNode(env, expr))
}

function emitColumn(env: ExpressionEnv, readColumn: ColumnReader, column: BoundColumn): Value {
  const key = `column ${column.index}`
  return env.code.known(key) ?? env.code.remember(key, readColumn(column))
}

const VOLATILE = new Set(['RAND', 'RAND_INTEGER', 'UUID'])

function isShareable(expr: BoundExpr): boolean {
  let nodes = 0
  const visit = (node: BoundExpr): boolean => {
    if (++nodes > SHARED_NODES_MAX) return false
    switch (node.kind) {
      case 'Call':
        return !VOLATILE.has(node.fn) && node.args.every(visit)
      case 'Cast':
        return visit(node.input)
      case 'Case':
        return node.branches.every(({ when, then }) => visit(when) && visit(then)) && visit(node.otherwise)
      default:
        return true
    }
  }
  return visit(expr)
}

function emitNode(env: ExpressionEnv, expr: BoundExpr): Value {
  switch (expr.kind) {
    case 'Call':
      return functionEmitter(expr)(env, expr)
    case 'Cast':
      return emitCastNode(env, expr)
    case 'Case':
      return emitCase(env, expr)
    case 'UserCall':
      throw new UnsupportedError(`the user-defined function ${expr.path.join('.')}`)
    case 'Subquery':
      throw new UnsupportedError(`a sub-query (${expr.form}) here`)
    case 'OuterColumn':
      throw new UnsupportedError('a correlated column')
    default:
      throw new UnsupportedError(`the expression ${expr.kind}`)
  }
}

function emitCastNode(env: ExpressionEnv, cast: BoundCast): Value {
  return emitCast(env, { input: cast.input, to: cast.type, mode: cast.mode })
}

/** True where the value is a slice of bytes that exist already. */
function isSlice(expr: BoundExpr): boolean {
  const kind = expr.type.kind
  if (kind !== 'CHAR' && kind !== 'VARCHAR') return false
  if (expr.kind === 'Literal') return expr.value !== null
  if (expr.kind === 'Column') return true
  return expr.kind === 'Cast' && expr.type.kind === 'VARCHAR' && expr.implicit && isSlice(expr.input)
}

function resultForm(expr: BoundCase): Form {
  const results = [...expr.branches.map((branch) => branch.then), expr.otherwise]
  const isNullLiteral = (result: BoundExpr): boolean => result.kind === 'Literal' && result.value === null
  if (results.every((result) => isSlice(result) || isNullLiteral(result)) && !results.every(isNullLiteral)) return 'slice'
  return formOf(expr.type)
}

function emitCase(env: ExpressionEnv, expr: BoundCase): Value {
  const { code } = env
  const form = resultForm(expr)
  const result = declareResult(code, form)
  const label = code.name('case')
  const take = (branch: BoundExpr): void => {
    result.assign(toForm(code, coerce(env, env.emit(branch), { from: branch.type, to: expr.type }), form))
  }
  code.block(`${label}:`, () => {
    for (const { when, then } of expr.branches) {
      const condition = env.emit(when)
      if (condition.isNull === 'true') continue
      const test = condition.isNull === null ? condition.code[0]! : `!(${condition.isNull}) && ${condition.code[0]!}`
      code.block(`if (${test})`, () => {
        take(then)
        code.line(`break ${label}`)
      })
    }
    take(expr.otherwise)
  })
  return result.value
}
