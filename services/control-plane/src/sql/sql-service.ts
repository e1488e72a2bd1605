import type { ImmediateResults, Scope, StatementTraits } from '@millrace/store'
import type { ProblemDetail } from '../http/problem.ts'

/** The statement's surroundings: whose catalog it reads and what SET would have set. */
export interface SqlEnvironment {
  readonly workspace: { readonly uid: string; readonly name: string }
  readonly database: string
  readonly properties: Readonly<Record<string, string>>
}

/** What became of one statement's text. */
export type Compiled =
  /** Runs on a worker. `program` is the serialised physical plan. */
  | { readonly kind: 'program'; readonly program: string; readonly plan: string; readonly traits: StatementTraits }
  /** Was done here, in the transaction of `scope`: DDL, SHOW, DESCRIBE, EXPLAIN, USE. */
  | { readonly kind: 'done'; readonly results: ImmediateResults; readonly traits: StatementTraits }

export interface Checked {
  readonly diagnostics: readonly ProblemDetail[]
  readonly sqlKind: string | null
  /** Columns of the result or of what is written, where it is known. */
  readonly schema: StatementTraits['schema']
}

/** The one door to the SQL front end. Mistakes of the text are diagnostics; only `compile` throws, SQL_INVALID with all of them. */
export interface SqlService {
  /** Parses, binds and plans one statement; what the control plane can do alone it does, DDL by writing to the catalog in `scope`. */
  compile(scope: Scope, sql: string, environment: SqlEnvironment): Promise<Compiled>
  check(scope: Scope, sql: string, environment: SqlEnvironment): Promise<Checked>
  /** The plan as text, stage by stage. */
  explain(scope: Scope, sql: string, environment: SqlEnvironment): Promise<string>
  /** Pretty text; throws SQL_INVALID when it does not parse. */
  format(sql: string): string
}
