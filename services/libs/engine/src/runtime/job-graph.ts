/**
 * Cuts a plan into fragments: operators joined by forward edges, which call each other directly. Every subtask of a fragment runs
 * on the thread of its number. Edges between subtasks of one thread alone are forward too, so a job of one thread has no exchange.
 */
import { must } from '@millrace/kit'
import type { Distribution, PhysicalOperator, PhysicalPlan } from '../plan/physical.ts'

export interface Fragment {
  readonly id: number
  /** Subtask i runs on thread i. */
  readonly parallelism: number
  /** In plan order: inputs before readers. */
  readonly operators: readonly PhysicalOperator[]
}

export interface ExchangeEdge {
  readonly id: number
  readonly from: string
  readonly to: string
  /** Index among the inputs of `to`. */
  readonly port: number
  readonly distribution: Exclude<Distribution, { kind: 'forward' }>
  readonly fromFragment: number
  readonly toFragment: number
}

export interface JobGraph {
  /** In topological order. */
  readonly fragments: readonly Fragment[]
  readonly edges: readonly ExchangeEdge[]
}

/** `writers` bounds the parallelism of sinks by operator id. Pure: every thread computes the same graph. */
export function buildJobGraph(plan: PhysicalPlan, parallelism: number, writers: Readonly<Record<string, number>>): JobGraph {
  const groups = new OperatorGroups(plan.operators)
  for (const { op, input } of inputEdges(plan)) if (input.distribution.kind === 'forward') groups.join(op.id, input.from)
  const width = (id: string): number => {
    const members = plan.operators.filter((op) => groups.rootOf(op.id) === groups.rootOf(id))
    return Math.min(
      parallelism,
      ...members.map((op) => Math.min(op.parallelismMax ?? parallelism, writers[op.id] ?? parallelism)),
    )
  }
  const widths = new Map(plan.operators.map((op) => [op.id, width(op.id)]))
  const crossing = (from: string, to: string): boolean => widths.get(from) !== 1 || widths.get(to) !== 1
  for (const { op, input } of inputEdges(plan)) if (!crossing(input.from, op.id)) groups.join(op.id, input.from)
  const roots = [...new Set(plan.operators.map((op) => groups.rootOf(op.id)))]
  const fragmentOf = (id: string): number => roots.indexOf(groups.rootOf(id))
  const edges = inputEdges(plan)
    .filter(({ op, input }) => fragmentOf(op.id) !== fragmentOf(input.from))
    .map(({ op, input, port }, id) => ({
      id,
      from: input.from,
      to: op.id,
      port,
      distribution: input.distribution as ExchangeEdge['distribution'],
      fromFragment: fragmentOf(input.from),
      toFragment: fragmentOf(op.id),
    }))
  const fragments = roots.map((root, id) => ({
    id,
    parallelism: must(widths.get(root), root),
    operators: plan.operators.filter((op) => groups.rootOf(op.id) === root),
  }))
  return { fragments: topological(fragments, edges), edges }
}

function inputEdges(plan: PhysicalPlan) {
  return plan.operators.flatMap((op) => op.inputs.map((input, port) => ({ op, input, port })))
}

function topological(fragments: readonly Fragment[], edges: readonly ExchangeEdge[]): Fragment[] {
  const sorted: Fragment[] = []
  const visit = (fragment: Fragment): void => {
    if (sorted.includes(fragment)) return
    for (const edge of edges) if (edge.toFragment === fragment.id) visit(must(fragments[edge.fromFragment], 'fragment'))
    sorted.push(fragment)
  }
  for (const fragment of fragments) visit(fragment)
  return sorted
}

/** Union-find over operator ids. */
class OperatorGroups {
  readonly #parent: Map<string, string>
  constructor(operators: readonly PhysicalOperator[]) {
    this.#parent = new Map(operators.map((op) => [op.id, op.id]))
  }
  rootOf(id: string): string {
    const parent = must(this.#parent.get(id), `operator ${id}`)
    return parent === id ? id : this.rootOf(parent)
  }
  join(a: string, b: string): void {
    this.#parent.set(this.rootOf(a), this.rootOf(b))
  }
}
