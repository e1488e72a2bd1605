/**
 * From a bound statement to the plan that workers run. The steps, each a value that can be printed: physical operators as a tree
 * (lower/), columns pruned, changelog modes inferred, operators numbered, code generated once to see that all of it exists.
 */

import type { BoundInsert, BoundStatement } from '../sql/bound/statement.ts'
import { upsertKeys } from '../sql/bound/upsert-keys.ts'
import type { Diagnostic, Span } from '../sql/diagnostic/diagnostic.ts'
import { inferChangelog } from './changelog-mode.ts'
import { checkSupport } from './check-support.ts'
import { checkSinkKeys, lowerInsert, lowerQuery } from './lower/lower-insert.ts'
import { numberOperators } from './number-operators.ts'
import { type PhysicalOperator, type PhysicalPlan, PLAN_FORMAT, type SinkBody } from './physical.ts'
import type { PlanNode } from './plan-node.ts'
import { PlanProblem } from './plan-problem.ts'
import type { PlanningEnv } from './planning-env.ts'
import { pruneColumns } from './prune-columns.ts'
import { applyErrorMode } from './rules/error-mode.ts'

export interface PlanResult {
  /** Absent when a diagnostic is an error, and for statements that workers do not run (DDL, SET, SHOW, …). */
  readonly plan?: PhysicalPlan
  readonly diagnostics: readonly Diagnostic[]
}

const DEFAULT_KEY_GROUPS = 128
const KEY_GROUPS_MAX = 32_768

/** Pure. `span` is where diagnostics point: a bound tree has no places of its own. */
export function planStatement(bound: BoundStatement, env: PlanningEnv, span: Span = { start: 0, end: 0 }): PlanResult {
  try {
    const plan = planAny(bound, env)
    return plan === undefined ? { diagnostics: [] } : { plan, diagnostics: [] }
  } catch (error) {
    if (!(error instanceof PlanProblem)) throw error
    const { code, message, hint } = error
    return { diagnostics: [{ code, severity: 'error', message, span, ...(hint === undefined ? {} : { hint }) }] }
  }
}

function planAny(bound: BoundStatement, env: PlanningEnv): PhysicalPlan | undefined {
  switch (bound.kind) {
    case 'Query': {
      const root = refined(lowerQuery(bound.query, env))
      return assembled([root], env, { sqlKind: 'SELECT', query: bound.query })
    }
    case 'Insert':
      return assembled([planInsert(bound, env)], env, { sqlKind: 'INSERT_INTO' })
    case 'StatementSet':
      return assembled(
        bound.inserts.map((insert) => planInsert(insert, env)),
        env,
        { sqlKind: 'STATEMENT_SET' },
      )
    case 'Catalog':
      return bound.insert === undefined
        ? undefined
        : assembled([planInsert(bound.insert, env)], env, { sqlKind: 'CREATE_TABLE_AS' })
    case 'Explain':
      return planAny(bound.statement, env)
    default:
      return undefined
  }
}

function refined(root: PlanNode): PlanNode {
  return applyErrorMode(inferChangelog(pruneColumns(root)))
}

function planInsert(insert: BoundInsert, env: PlanningEnv): PlanNode {
  const root = refined(lowerInsert(insert, env))
  checkSinkKeys(insert, { sink: root.body as SinkBody, updating: root.changelog.length > 1 }, env)
  return root
}

function assembled(
  roots: readonly PlanNode[],
  env: PlanningEnv,
  facts: { readonly sqlKind: string; readonly query?: Extract<BoundStatement, { kind: 'Query' }>['query'] },
): PhysicalPlan {
  const { config } = env.session
  const operators = numberOperators(roots)
  checkSupport(operators, config)
  const isAppendOnly = roots.every((root) => root.changelog.length === 1)
  return {
    format: PLAN_FORMAT,
    keyGroups: keyGroupsOf(config),
    operators,
    config,
    traits: {
      sqlKind: facts.sqlKind,
      isBounded: operators.every(isBounded),
      isAppendOnly,
      upsertColumns: upsertColumnsOf(roots, { env, isAppendOnly, query: facts.query }),
      schema: facts.query?.schema ?? null,
    },
  }
}

function isBounded(op: PhysicalOperator): boolean {
  return op.body.kind !== 'Source' || op.body.bounded
}

function keyGroupsOf(config: PhysicalPlan['config']): number {
  const asked = Number(config['pipeline.max-parallelism'] ?? DEFAULT_KEY_GROUPS)
  return Number.isInteger(asked) && asked > 0 && asked <= KEY_GROUPS_MAX ? asked : DEFAULT_KEY_GROUPS
}

function upsertColumnsOf(
  roots: readonly PlanNode[],
  facts: {
    readonly env: PlanningEnv
    readonly isAppendOnly: boolean
    readonly query: Parameters<typeof upsertKeys>[0] | undefined
  },
): readonly number[] | null {
  if (facts.query !== undefined) {
    if (facts.isAppendOnly) return null
    const [key] = upsertKeys(facts.query, () => undefined)
    return key === undefined ? null : [...key].sort((a, b) => a - b)
  }
  const [root] = roots
  if (roots.length !== 1 || root?.body.kind !== 'Sink') return null
  return root.body.upsertKeys.length === 0 ? null : root.body.upsertKeys
}
