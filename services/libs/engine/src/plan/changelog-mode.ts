/**
 * Changelog modes, as Flink's FlinkChangelogModeInferenceProgram derives them: which kinds of change an operator gives out follows from
 * its inputs; whether updates come with their previous row (-U) follows from what its readers need.
 */
import { collectColumns } from './expr-columns.ts'
import type {
  CalcBody,
  ChangelogNormalizeBody,
  GroupAggregateBody,
  OperatorBody,
  RowKindName,
  SinkBody,
  SourceBody,
  WindowAggregateBody,
} from './physical.ts'
import { isKind, type PlanNode } from './plan-node.ts'
import { PlanProblem, unsupported } from './plan-problem.ts'

interface Changes {
  readonly updates: boolean
  readonly deletes: boolean
}

const APPEND: Changes = { updates: false, deletes: false }

function changesOf(plan: PlanNode): Changes {
  const inputs = plan.inputs.map((input) => changesOf(input.node))
  const any: Changes = { updates: inputs.some((c) => c.updates), deletes: inputs.some((c) => c.deletes) }
  switch (plan.body.kind) {
    case 'Source':
      return plan.body.changelog === 'append' ? APPEND : { updates: true, deletes: true }
    case 'Values':
    case 'WindowAggregate':
      return APPEND
    case 'ChangelogNormalize':
      return { updates: true, deletes: true }
    case 'GroupAggregate':
      return { updates: plan.body.aggregates.length > 0 || plan.body.ttlMs !== null, deletes: any.updates || any.deletes }
    default:
      return any
  }
}

function kindsOf({ updates, deletes }: Changes, before: boolean): readonly RowKindName[] {
  return [
    'I',
    ...(updates && before ? (['UB'] as const) : []),
    ...(updates ? (['UA'] as const) : []),
    ...(deletes ? (['D'] as const) : []),
  ]
}

/** Fills changelog kinds and what depends on them. Throws PlanProblem where a reader cannot take what its input gives. */
export function inferChangelog(root: PlanNode): PlanNode {
  return infer(root, false)
}

/** `before`: the reader needs -U. An operator may give it all the same. */
function infer(plan: PlanNode, before: boolean): PlanNode {
  const changes = changesOf(plan)
  if (isKind(plan, 'Sink')) return inferSink(plan)
  if (isKind(plan, 'Collect')) return withInput(plan, { changes, before: true, body: plan.body })
  if (isKind(plan, 'Source')) {
    const own = plan.body.changelog === 'retract' || (plan.body.changelog === 'upsert' && before)
    return { ...plan, changelog: kindsOf(changes, own) }
  }
  if (isKind(plan, 'GroupAggregate')) return inferGroup(plan, { changes, before })
  if (isKind(plan, 'WindowAggregate')) return inferWindow(plan)
  if (isKind(plan, 'ChangelogNormalize')) return inferNormalize(plan, { changes, before })
  if (isKind(plan, 'Limit') && (changes.updates || changes.deletes)) throw unsupported('LIMIT over updates')
  if (isKind(plan, 'Calc')) return withInput(plan, { changes, before: before || filtersValues(plan), body: plan.body })
  return withInput(plan, { changes, before, body: plan.body })
}

interface Mode {
  readonly changes: Changes
  readonly before: boolean
}

/** Operators that hand on what they get: their kinds are those of their inputs. */
function withInput(plan: PlanNode, { changes, before, body }: Mode & { readonly body: OperatorBody }): PlanNode {
  const inputs = plan.inputs.map((input) => ({ ...input, node: infer(input.node, before) }))
  const hasBefore = inputs.some((input) => input.node.changelog.includes('UB'))
  return { ...plan, body, inputs, changelog: inputs.length === 0 ? ['I'] : kindsOf(changes, hasBefore) }
}

/** A filter over columns outside of the upsert key can lose the new row of an update alone: the old one must then come too. */
function filtersValues(plan: PlanNode<CalcBody>): boolean {
  const { condition } = plan.body
  if (condition === undefined) return false
  const read = new Set<number>()
  collectColumns(condition, read)
  const key = keyOf(plan.inputs[0]!.node)
  return key === undefined || [...read].some((index) => !key.has(index))
}

/** Columns of the upsert key in an operator's output, where it makes one. */
function keyOf(plan: PlanNode): ReadonlySet<number> | undefined {
  if (isKind(plan, 'GroupAggregate')) return new Set(plan.body.keys.keys())
  if (isKind(plan, 'ChangelogNormalize')) return new Set(plan.body.keys)
  if (!isKind(plan, 'Calc')) return undefined
  const inner = keyOf(plan.inputs[0]!.node)
  if (inner === undefined) return undefined
  const outer = new Set<number>()
  plan.body.projection.forEach((expr, i) => {
    if (expr.kind === 'Column' && inner.has(expr.index)) outer.add(i)
  })
  return outer
}

function inferGroup(plan: PlanNode<GroupAggregateBody>, { changes, before }: Mode): PlanNode {
  const input = infer(plan.inputs[0]!.node, true)
  const retracting = input.changelog.length > 1
  const body: GroupAggregateBody = { ...plan.body, emitUpdateBefore: before, retracting }
  return { ...plan, body, inputs: [{ ...plan.inputs[0]!, node: input }], changelog: kindsOf(changes, before) }
}

function inferWindow(plan: PlanNode<WindowAggregateBody>): PlanNode {
  const input = infer(plan.inputs[0]!.node, true)
  const body: WindowAggregateBody = { ...plan.body, retracting: input.changelog.length > 1 }
  return { ...plan, body, inputs: [{ ...plan.inputs[0]!, node: input }], changelog: ['I'] }
}

function inferNormalize(plan: PlanNode<ChangelogNormalizeBody>, { changes, before }: Mode): PlanNode {
  const input = infer(plan.inputs[0]!.node, false)
  return {
    ...plan,
    body: { ...plan.body, emitUpdateBefore: before },
    inputs: [{ ...plan.inputs[0]!, node: input }],
    changelog: kindsOf(changes, before),
  }
}

function inferSink(plan: PlanNode<SinkBody>): PlanNode {
  const { body } = plan
  const input = infer(plan.inputs[0]!.node, body.changelog === 'retract' || body.updateBefore === 'delete')
  const kinds = input.changelog
  if (body.changelog === 'append' && kinds.length > 1) {
    const what = [kinds.includes('UA') ? 'update' : '', kinds.includes('D') ? 'delete' : '']
      .filter((text) => text !== '')
      .join(' and ')
    throw new PlanProblem(
      'SQL_SINK_CHANGELOG',
      `Table '${body.table.path.join('.')}' takes only inserts, but the query gives ${what} changes.`,
      "Use an upsert sink ('upsert-kafka' with a PRIMARY KEY), or a window instead of an unbounded GROUP BY.",
    )
  }
  if (body.changelog === 'upsert' && kinds.length > 1 && body.upsertKeys.length === 0) {
    throw new PlanProblem(
      'SQL_PRIMARY_KEY_MISSING',
      `Table '${body.table.path.join('.')}' is written by key and needs a PRIMARY KEY.`,
    )
  }
  const source = onlySource(plan.inputs[0]!.node)
  const { updateBefore, ...rest } = body
  const handling = updateBefore ?? (source === undefined ? 'delete' : 'drop')
  const upserts = body.changelog === 'upsert' && kinds.includes('UB')
  const sink: SinkBody = upserts ? { ...rest, updateBefore: handling } : rest
  return { ...plan, body: sink, inputs: [{ ...plan.inputs[0]!, node: input }], changelog: kinds }
}

/** The source at the end of a chain without filters: its -U rows all have their +U and may be dropped. */
function onlySource(plan: PlanNode): PlanNode<SourceBody> | undefined {
  if (isKind(plan, 'Source')) return plan
  if (isKind(plan, 'Calc') && !filtersValues(plan)) return onlySource(plan.inputs[0]!.node)
  return undefined
}
