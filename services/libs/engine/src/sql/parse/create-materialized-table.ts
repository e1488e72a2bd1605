import type { CreateMaterializedTable, StartMode } from '../ast/ddl.ts'
import { distribution, freshness, literalInterval, optionalComment, optionalWith, refreshMode, tableBody } from './ddl-part.ts'
import { dateTimeLiteral } from './literal.ts'
import { requireQuery } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `[OR ALTER] MATERIALIZED TABLE …` behind CREATE. */
export function createMaterializedTable(p: TokenCursor, start: number): CreateMaterializedTable {
  const orAlter = p.acceptSequence('OR', 'ALTER')
  p.expectSequence('MATERIALIZED', 'TABLE')
  const name = p.identifier()
  const elements = p.at('(') ? tableBody(p) : []
  const comment = optionalComment(p)
  const distributed = p.accept('DISTRIBUTED') ? { distribution: distribution(p) } : {}
  const partitionedBy = p.acceptSequence('PARTITIONED', 'BY') ? p.nameList() : []
  const options = optionalWith(p)
  const starts = p.at('START_MODE') ? { startMode: startMode(p) } : {}
  const fresh = p.at('FRESHNESS') ? { freshness: freshness(p) } : {}
  const refresh = p.at('REFRESH_MODE') ? { refreshMode: refreshMode(p) } : {}
  p.expect('AS')
  const query = requireQuery(p)
  return {
    kind: 'CreateMaterializedTable',
    orAlter,
    name,
    elements,
    ...comment,
    ...distributed,
    partitionedBy,
    options,
    ...starts,
    ...fresh,
    ...refresh,
    query,
    span: p.spanFrom(start),
  }
}

const START_MODES = [
  'FROM_BEGINNING',
  'FROM_NOW',
  'FROM_TIMESTAMP',
  'RESUME_OR_FROM_BEGINNING',
  'RESUME_OR_FROM_NOW',
  'RESUME_OR_FROM_TIMESTAMP',
] as const

function startMode(p: TokenCursor): StartMode {
  const start = p.expect('START_MODE').start
  p.expect('=')
  const mode = p.expectOne(START_MODES)
  if (mode.endsWith('TIMESTAMP')) {
    p.expect('(')
    const argument = p.at('TIMESTAMP') ? dateTimeLiteral(p) : undefined
    if (argument === undefined) return p.fail('A TIMESTAMP literal is expected.')
    p.expect(')')
    return { mode, argument, span: p.spanFrom(start) }
  }
  if (!mode.endsWith('NOW') || !p.accept('(')) return { mode, span: p.spanFrom(start) }
  const argument = literalInterval(p)
  p.expect(')')
  return { mode, argument, span: p.spanFrom(start) }
}
