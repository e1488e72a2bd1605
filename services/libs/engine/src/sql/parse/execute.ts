import type { CompilePlan, Execute, ExecutePlan } from '../ast/dml.ts'
import { ifNotExists, optionString } from './ddl-part.ts'
import { insert, insertOrSet, statementSet } from './dml.ts'
import { requireQuery } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

/** EXECUTE of a plan, a statement set, an insert or a query. */
export function executeStatement(p: TokenCursor): Execute | ExecutePlan {
  const start = p.expect('EXECUTE').start
  if (p.token.key === 'STATEMENT') return { kind: 'Execute', statement: statementSet(p), span: p.spanFrom(start) }
  if (p.at('INSERT') || p.at('UPSERT')) return { kind: 'Execute', statement: insert(p), span: p.spanFrom(start) }
  return { kind: 'Execute', statement: requireQuery(p), span: p.spanFrom(start) }
}

export function executePlan(p: TokenCursor): ExecutePlan {
  const start = p.expect('EXECUTE').start
  p.expect('PLAN')
  return { kind: 'ExecutePlan', file: optionString(p), span: p.spanFrom(start) }
}

/** COMPILE PLAN, or COMPILE AND EXECUTE PLAN. */
export function compilePlan(p: TokenCursor): CompilePlan {
  const start = p.expect('COMPILE').start
  const execute = p.accept('AND')
  if (execute) p.expect('EXECUTE')
  p.expect('PLAN')
  const file = optionString(p)
  const notExists = !execute && ifNotExists(p)
  p.expect('FOR')
  const statement = insertOrSet(p)
  return { kind: 'CompilePlan', file, ifNotExists: notExists, execute, statement, span: p.spanFrom(start) }
}
