import type { Statement } from '../ast/statement.ts'
import { alter } from './alter.ts'
import { routineCall } from './call.ts'
import { create, replaceTable } from './create.ts'
import { deleteFrom, insert, merge, update } from './dml.ts'
import { drop } from './drop.ts'
import { compilePlan, executePlan, executeStatement } from './execute.ts'
import { ExpressionContext } from './expression-context.ts'
import { requireQuery } from './query-node.ts'
import {
  analyzeTable,
  describe,
  explain,
  loadModule,
  manageJar,
  resetOption,
  setOption,
  stopJob,
  unloadModule,
  use,
} from './session.ts'
import { show } from './show.ts'
import type { TokenCursor } from './token-cursor.ts'

type Rule = (p: TokenCursor) => Statement

/** Statements by their first word; everything else is a query. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['INSERT', insert],
  ['UPSERT', insert],
  ['UPDATE', update],
  ['DELETE', deleteFrom],
  ['MERGE', merge],
  ['CREATE', create],
  ['ALTER', alter],
  ['DROP', drop],
  ['REPLACE', replaceTable],
  ['EXPLAIN', explain],
  ['DESCRIBE', describe],
  ['DESC', describe],
  ['SHOW', show],
  ['SET', setOption],
  ['RESET', resetOption],
  ['USE', use],
  ['LOAD', loadModule],
  ['UNLOAD', unloadModule],
  ['BEGIN', beginStatementSet],
  ['END', endStatementSet],
  ['EXECUTE', (p) => (p.peek(1).key === 'PLAN' && p.peek(2).type === 'string' ? executePlan(p) : executeStatement(p))],
  ['COMPILE', compilePlan],
  ['ADD', manageJar],
  ['REMOVE', manageJar],
  ['ANALYZE', analyzeTable],
  ['STOP', stopJob],
  ['TRUNCATE', truncateTable],
  ['CALL', callProcedure],
])

/** The first words of statements, for completion and for "did you mean". */
export const STATEMENT_WORDS: readonly string[] = ['SELECT', 'WITH', 'VALUES', 'TABLE', ...RULES.keys()]

export function statement(p: TokenCursor): Statement {
  const rule = RULES.get(p.token.key)
  if (rule !== undefined) return rule(p)
  if (p.token.type === 'word' && p.token.key === '') {
    for (const word of STATEMENT_WORDS) p.note(word)
    p.fail()
  }
  return requireQuery(p)
}

function beginStatementSet(p: TokenCursor): Statement {
  const start = p.expect('BEGIN').start
  p.expectSequence('STATEMENT', 'SET')
  return { kind: 'BeginStatementSet', span: p.spanFrom(start) }
}

function endStatementSet(p: TokenCursor): Statement {
  const { start, end } = p.expect('END')
  return { kind: 'EndStatementSet', span: { start, end } }
}

function truncateTable(p: TokenCursor): Statement {
  const start = p.expect('TRUNCATE').start
  p.expect('TABLE')
  return { kind: 'TruncateTable', name: p.identifier(), span: p.spanFrom(start) }
}

function callProcedure(p: TokenCursor): Statement {
  const start = p.expect('CALL').start
  const call = routineCall(p, ExpressionContext.subQuery)
  return { kind: 'CallProcedure', call, span: p.spanFrom(start) }
}
