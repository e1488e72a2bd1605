import type { Show, ShowCreate, ShowPattern } from '../ast/session.ts'
import { partitionSpec } from './ddl-part.ts'
import { plainString } from './literal.ts'
import type { TokenCursor } from './token-cursor.ts'

/** What each form of SHOW takes behind its words. `scope`: FROM or IN a name. */
type Form = Readonly<{ scope?: 'optional' | 'required'; like?: readonly ('LIKE' | 'ILIKE')[] }>

const LIKE = ['LIKE'] as const
const LIKE_OR_ILIKE = ['LIKE', 'ILIKE'] as const

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['CATALOGS', { like: LIKE_OR_ILIKE }],
  ['DATABASES', { scope: 'optional', like: LIKE_OR_ILIKE }],
  ['TABLES', { scope: 'optional', like: LIKE }],
  ['VIEWS', { scope: 'optional', like: LIKE }],
  ['MATERIALIZED TABLES', { scope: 'optional', like: LIKE }],
  ['COLUMNS', { scope: 'required', like: LIKE }],
  ['FUNCTIONS', { scope: 'optional', like: LIKE_OR_ILIKE }],
  ['USER FUNCTIONS', { scope: 'optional', like: LIKE_OR_ILIKE }],
  ['PROCEDURES', { scope: 'optional', like: LIKE_OR_ILIKE }],
  ['MODELS', { scope: 'optional', like: LIKE }],
  ['CONNECTIONS', { scope: 'optional', like: LIKE }],
  ['CURRENT CATALOG', {}],
  ['CURRENT DATABASE', {}],
  ['MODULES', {}],
  ['FULL MODULES', {}],
  ['JARS', {}],
  ['JOBS', {}],
])

export function show(p: TokenCursor): Show | ShowCreate {
  const start = p.expect('SHOW').start
  if (p.accept('CREATE')) return showCreate(p, start)
  if (p.accept('PARTITIONS')) {
    const scope = p.identifier()
    const partition = p.accept('PARTITION') ? { partition: partitionSpec(p) } : {}
    return { kind: 'Show', what: 'PARTITIONS', scope, ...partition, span: p.spanFrom(start) }
  }
  const what = shownObjects(p)
  const form = FORMS.get(what) as Form
  const scope = form.scope === undefined ? {} : scopeOf(p, form.scope, what === 'DATABASES')
  const like = form.like === undefined ? {} : patternOf(p, form.like)
  return { kind: 'Show', what: what as Show['what'], ...scope, ...like, span: p.spanFrom(start) }
}

function shownObjects(p: TokenCursor): string {
  for (const what of FORMS.keys()) {
    const words = what.split(' ')
    if (words.length === 1 ? p.accept(what) : p.acceptSequence(...words)) return what
  }
  return p.fail()
}

function scopeOf(p: TokenCursor, need: 'optional' | 'required', single: boolean): Pick<Show, 'preposition' | 'scope'> {
  const preposition = need === 'required' ? p.expectOne(['FROM', 'IN']) : p.acceptOne(['FROM', 'IN'])
  return preposition === undefined ? {} : { preposition, scope: single ? p.simpleIdentifier() : p.identifier() }
}

function patternOf(p: TokenCursor, operators: readonly ('LIKE' | 'ILIKE')[]): { like?: ShowPattern } {
  const start = p.token.start
  const negated = p.accept('NOT')
  const op = negated ? p.expectOne(operators) : p.acceptOne(operators)
  if (op === undefined) return {}
  const pattern = plainString(p)
  return { like: { op, negated, pattern, span: p.spanFrom(start) } }
}

function showCreate(p: TokenCursor, start: number): ShowCreate {
  const orAlter = p.acceptSequence('OR', 'ALTER')
  if (orAlter || p.at('MATERIALIZED')) {
    p.expectSequence('MATERIALIZED', 'TABLE')
    const said = orAlter ? { orAlter } : {}
    return { kind: 'ShowCreate', object: 'MATERIALIZED TABLE', name: p.identifier(), ...said, span: p.spanFrom(start) }
  }
  const object = p.expectOne(['TABLE', 'VIEW', 'CATALOG', 'MODEL', 'CONNECTION'])
  const name = object === 'CATALOG' ? p.simpleIdentifier() : p.identifier()
  return { kind: 'ShowCreate', object, name, span: p.spanFrom(start) }
}
