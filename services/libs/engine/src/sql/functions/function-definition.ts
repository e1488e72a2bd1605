/** What the table of built-in functions says about one of them. */
import type { LiteralValue } from '../bound/expr.ts'
import type { LogicalType } from '../types/logical-type.ts'

export type FunctionKind =
  | 'scalar'
  /** Over the rows of a group or of an OVER window. */
  | 'aggregate'
  /** Only with OVER: ROW_NUMBER, LAG, … */
  | 'over'
  /** Stands in FROM. Bound by the query binder. */
  | 'table'
  /** TUMBLE_START and its like, beside a legacy group window; GROUPING and its like. Bound by the query binder. */
  | 'group'
  /** Only inside of MATCH_RECOGNIZE. */
  | 'pattern'

export type FunctionCategory =
  | 'comparison'
  | 'logical'
  | 'arithmetic'
  | 'string'
  | 'temporal'
  | 'conditional'
  | 'conversion'
  | 'collection'
  | 'json'
  | 'variant'
  | 'value construction'
  | 'value access'
  | 'hash'
  | 'bitmap'
  | 'auxiliary'
  | 'aggregate'
  | 'time window'
  | 'table'
  | 'pattern'

/** One call as the strategies see it. */
export interface CallSite {
  readonly types: readonly LogicalType[]
  /** Value of each argument that is a literal (null for NULL); undefined for what is computed. */
  readonly literals: readonly (LiteralValue | undefined)[]
  /** Calcite's group count: see `QueryCallbacks.groupCount`. Only aggregates ask. */
  readonly groupCount?: number
  readonly filtered?: boolean
}

/** The types that the arguments are cast to, or what is wrong. */
export type InferredArguments = readonly LogicalType[] | { readonly problem: string }

export interface ArgumentStrategy {
  readonly min: number
  /** Infinity for a variable number. */
  readonly max: number
  /** Inside of the parentheses, for messages and documentation: `<CHARACTER>, <INTEGER>`. */
  readonly signatures: readonly string[]
  infer(call: CallSite): InferredArguments
}

/** Over the types after implicit casts. Undefined where no type can be derived. */
export type ResultStrategy = (call: CallSite) => LogicalType | undefined

/**
 * `dynamic` functions are constant for a query in batch mode and per record in streaming (CURRENT_TIMESTAMP);
 * `non-deterministic` ones are evaluated for every record.
 */
export type Determinism = 'deterministic' | 'dynamic' | 'non-deterministic'

export interface FunctionDefinition {
  /** Upper case; what a bound call names. Operators have their symbol or keyword: `+`, `IS NULL`. */
  readonly name: string
  readonly kind: FunctionKind
  readonly category: FunctionCategory
  /** `operator` and `special` have a grammar of their own and are not found by a call's name. */
  readonly syntax: 'function' | 'operator' | 'special' | 'bare'
  readonly args: ArgumentStrategy
  readonly result: ResultStrategy
  readonly determinism: Determinism
  /** `propagate`: NULL as soon as an argument is NULL, so that nothing needs to be computed. */
  readonly nulls: 'propagate' | 'custom'
  readonly aliases: readonly string[]
  /** Names for named arguments and signature help, in order. */
  readonly parameters: readonly string[]
  /** Where Flink runs it in batch mode only. */
  readonly mode?: 'batch'
  /** First version of Flink that has it, where it is later than the one we speak: a call is refused. */
  readonly since?: string
}

interface Details {
  readonly syntax?: FunctionDefinition['syntax']
  readonly determinism?: Determinism
  readonly nulls?: FunctionDefinition['nulls']
  readonly aliases?: readonly string[]
  readonly parameters?: readonly string[]
  readonly mode?: 'batch'
  readonly since?: string
}

/** A row of the table: arguments, result, and what differs from the usual. */
export type Entry = readonly [name: string, args: ArgumentStrategy, result: ResultStrategy, details?: Details]

export function define(kind: FunctionKind, category: FunctionCategory, entries: readonly Entry[]): readonly FunctionDefinition[] {
  return entries.map(([name, args, result, details]) => ({
    name,
    kind,
    category,
    args,
    result,
    syntax: 'function',
    determinism: 'deterministic',
    nulls: 'propagate',
    aliases: [],
    parameters: [],
    ...details,
  }))
}
