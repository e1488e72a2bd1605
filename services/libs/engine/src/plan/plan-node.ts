/** The physical plan while it is being made: a tree of operators without ids. */
import type { Schema } from '../sql/bound/rel.ts'
import type { Distribution, OperatorBody, RowKindName } from './physical.ts'

export interface PlanInput {
  readonly node: PlanNode
  readonly distribution: Distribution
}

export interface PlanNode<B extends OperatorBody = OperatorBody> {
  readonly body: B
  readonly name: string
  readonly inputs: readonly PlanInput[]
  readonly schema: Schema
  /** What it gives out; filled by the inference of changelog modes. */
  readonly changelog: readonly RowKindName[]
  readonly parallelismMax?: number
}

export const FORWARD: Distribution = { kind: 'forward' }

/** By key, or all rows to one subtask where there is none. */
export function byKey(keys: readonly number[]): Distribution {
  return keys.length === 0 ? { kind: 'single' } : { kind: 'hash', keys }
}

export function node<B extends OperatorBody>(
  body: B,
  facts: {
    readonly name?: string
    readonly inputs: readonly PlanInput[]
    readonly schema: Schema
    readonly parallelismMax?: number
  },
): PlanNode<B> {
  return {
    body,
    name: facts.name ?? body.kind,
    inputs: facts.inputs,
    schema: facts.schema,
    changelog: ['I'],
    ...(facts.parallelismMax === undefined ? {} : { parallelismMax: facts.parallelismMax }),
  }
}

export function isKind<K extends OperatorBody['kind']>(
  plan: PlanNode,
  kind: K,
): plan is PlanNode<Extract<OperatorBody, { kind: K }>> {
  return plan.body.kind === kind
}
