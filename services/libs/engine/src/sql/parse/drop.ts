import type { Drop } from '../ast/ddl.ts'
import { ifExists } from './ddl-part.ts'
import type { TokenCursor } from './token-cursor.ts'

export function drop(p: TokenCursor): Drop {
  const start = p.expect('DROP').start
  const temporary = p.accept('TEMPORARY')
  const system = p.accept('SYSTEM')
  const object = droppedObject(p, { temporary, system })
  // Catalogs and databases are never temporary: the word has no effect.
  const lasting = object === 'CATALOG' || object === 'DATABASE'
  const exists = ifExists(p)
  const name = p.identifier()
  const behavior = object === 'DATABASE' ? (p.acceptOne(['RESTRICT', 'CASCADE']) ?? 'RESTRICT') : undefined
  const said = behavior === undefined ? {} : { behavior }
  return {
    kind: 'Drop',
    object,
    temporary: temporary && !lasting,
    system,
    ifExists: exists,
    name,
    ...said,
    span: p.spanFrom(start),
  }
}

function droppedObject(p: TokenCursor, prefix: Readonly<{ temporary: boolean; system: boolean }>): Drop['object'] {
  if (prefix.system) {
    const object = p.expectOne(['FUNCTION', 'CONNECTION'])
    if (object === 'CONNECTION' && !prefix.temporary)
      p.fail('A SYSTEM CONNECTION is TEMPORARY.', { hint: 'Write DROP TEMPORARY SYSTEM CONNECTION.' })
    return object
  }
  if (p.accept('MATERIALIZED')) {
    p.expect('TABLE')
    if (prefix.temporary) p.fail('DROP TEMPORARY does not go with MATERIALIZED TABLE.')
    return 'MATERIALIZED TABLE'
  }
  return p.expectOne(['TABLE', 'VIEW', 'CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION'])
}
