/** A plan as text: one operator a line, inputs indented, with changelog mode and distribution. Never parsed. */
import type { AggregateCall, BoundExpr } from '../sql/bound/expr.ts'
import { printExpr } from '../sql/bound/print.ts'
import type { Distribution, OperatorBody, PhysicalOperator, PhysicalPlan } from './physical.ts'

export function explainPlan(plan: PhysicalPlan): string {
  const byId = new Map(plan.operators.map((op) => [op.id, op]))
  const read = new Set(plan.operators.flatMap((op) => op.inputs.map((input) => input.from)))
  const roots = plan.operators.filter((op) => !read.has(op.id))
  return roots.map((root) => explainTree(root, { byId, indent: '', distribution: { kind: 'forward' } })).join('\n')
}

interface Place {
  readonly byId: ReadonlyMap<string, PhysicalOperator>
  readonly indent: string
  readonly distribution: Distribution
}

function explainTree(op: PhysicalOperator, { byId, indent, distribution }: Place): string {
  const exchange = distribution.kind === 'forward' ? '' : `, distribution=[${distributionText(distribution)}]`
  const most = op.parallelismMax === undefined ? '' : `, parallelism=[${op.parallelismMax}]`
  const line = `${indent}${op.id}: ${detail(op)}, changelogMode=[${op.changelog.join(',')}]${exchange}${most}`
  const inputs = op.inputs.map((input) =>
    explainTree(byId.get(input.from)!, { byId, indent: `${indent}  `, distribution: input.distribution }),
  )
  return [line, ...inputs].join('\n')
}

function distributionText(distribution: Distribution): string {
  return 'keys' in distribution ? `${distribution.kind}(${distribution.keys.join(', ')})` : distribution.kind
}

function detail(op: PhysicalOperator): string {
  const parts = Object.entries(facts(op.body, op)).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=[${value}]`]))
  return `${op.body.kind}(${parts.join(', ')})`
}

const list = (exprs: readonly BoundExpr[]): string => exprs.map(printExpr).join(', ')

function facts(body: OperatorBody, op: PhysicalOperator): Readonly<Record<string, string | undefined>> {
  const fields = op.schema.map((field) => field.name).join(', ')
  switch (body.kind) {
    case 'Source': {
      const watermark = body.watermark && `${printExpr(body.watermark.expr)} ${body.watermark.emit}`
      return { table: body.table.path.join('.'), fields, watermark }
    }
    case 'Calc':
      return { select: list(body.projection), where: body.condition && printExpr(body.condition) }
    case 'GroupAggregate':
      return {
        groupBy: body.keys.join(', '),
        aggregates: calls(body.aggregates),
        ttl: body.ttlMs === null ? undefined : `${body.ttlMs} ms`,
      }
    case 'WindowAggregate':
      return {
        groupBy: body.keys.join(', '),
        window: JSON.stringify(body.window).replaceAll('"', ''),
        time: String(body.timeColumn),
        aggregates: calls(body.aggregates),
      }
    case 'ChangelogNormalize':
      return { key: body.keys.join(', '), where: body.condition && printExpr(body.condition) }
    case 'Sink':
      return { table: body.table.path.join('.'), fields }
    case 'WindowExpand':
      return { window: JSON.stringify(body.window).replaceAll('"', ''), time: String(body.timeColumn) }
    case 'Limit':
      return { offset: String(body.offset), fetch: body.fetch === null ? undefined : String(body.fetch) }
    case 'Values':
      return { rows: String(body.rows.length) }
    default:
      return { fields }
  }
}

function calls(aggregates: readonly AggregateCall[]): string {
  return aggregates
    .map(
      ({ fn, args, distinct, filter }) =>
        `${fn}(${distinct ? 'DISTINCT ' : ''}${list(args)})${filter === undefined ? '' : ` FILTER ${printExpr(filter)}`}`,
    )
    .join(', ')
}
