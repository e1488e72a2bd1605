import type { DdlStatement } from './ddl.ts'
import type { DmlStatement } from './dml.ts'
import type { Expression } from './expression.ts'
import type { Query } from './query.ts'
import type { SessionStatement } from './session.ts'

/** Any statement; a query by itself is a statement. */
export type Statement = Query | DdlStatement | DmlStatement | SessionStatement

/** Any tree that can stand alone. */
export type Root = Statement | Expression
