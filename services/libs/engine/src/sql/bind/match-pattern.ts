/** The PATTERN clause: variables, sequences and quantifiers, with what Flink refuses in them. */
import type { Pattern, PatternRepeat } from '../ast/query.ts'
import type { PatternNode } from '../bound/rel.ts'
import type { BinderState } from './binder-state.ts'

interface Quantifier {
  readonly min: number
  readonly max: number | null
  readonly greedy: boolean
}

const ONCE: Quantifier = { min: 1, max: 1, greedy: true }

export function patternVariables(pattern: Pattern): readonly string[] {
  switch (pattern.kind) {
    case 'PatternVariable':
      return [pattern.name.value]
    case 'PatternRepeat':
    case 'PatternExclude':
      return patternVariables(pattern.item)
    default:
      return pattern.items.flatMap(patternVariables)
  }
}

export function bindPattern(pattern: Pattern, state: BinderState): readonly PatternNode[] {
  const nodes = sequence(pattern, state)
  checkVariables(pattern, state)
  if (nodes.length > 0 && nodes.every(mayBeEmpty)) {
    state.error('SQL_PATTERN_EMPTY', pattern.span, [
      'A pattern that can match no row at all is not supported.',
      'Make one variable mandatory, for example A+.',
    ])
  }
  const last = nodes.at(-1)
  if (last?.greedy && last.max !== 1 && (last.max === null || last.max > last.min)) {
    state.error('SQL_PATTERN_GREEDY_END', pattern.span, [
      'A greedy quantifier is not allowed on the last variable of a pattern.',
      'Add a variable that ends the match, or make it reluctant: A+?.',
    ])
  }
  return nodes
}

function sequence(pattern: Pattern, state: BinderState): readonly PatternNode[] {
  if (pattern.kind === 'PatternSequence') return pattern.items.flatMap((item) => sequence(item, state))
  return node(pattern, ONCE, state)
}

function node(pattern: Pattern, quantifier: Quantifier, state: BinderState): readonly PatternNode[] {
  switch (pattern.kind) {
    case 'PatternVariable':
      return [{ kind: 'variable', name: pattern.name.value, ...quantifier }]
    case 'PatternRepeat':
      return node(pattern.item, quantifierOf(pattern, state), state)
    case 'PatternSequence': {
      const items = pattern.items.flatMap((item) => sequence(item, state))
      if (quantifier !== ONCE)
        state.error('SQL_UNSUPPORTED', pattern.span, 'A quantifier on a group of variables is not supported in PATTERN.')
      return quantifier === ONCE ? items : [{ kind: 'group', items, ...quantifier }]
    }
    default:
      state.error('SQL_UNSUPPORTED', pattern.span, `${FORMS[pattern.kind]} is not supported in PATTERN.`)
      return []
  }
}

const FORMS = { PatternAlternation: 'Alternation (|)', PatternPermute: 'PERMUTE', PatternExclude: 'Exclusion ({- -})' } as const

function quantifierOf(pattern: PatternRepeat, state: BinderState): Quantifier {
  const max = pattern.max ?? null
  if (pattern.reluctant && pattern.min === 0 && max === 1) {
    state.error('SQL_UNSUPPORTED', pattern.span, 'A reluctant optional variable (A??) is not supported.')
  }
  if (max !== null && (max < pattern.min || max === 0))
    state.error(
      'SQL_PATTERN_QUANTIFIER',
      pattern.span,
      'The upper bound of a quantifier has to be at least 1 and its lower bound.',
    )
  return { min: pattern.min, max, greedy: !pattern.reluctant }
}

function mayBeEmpty(item: PatternNode): boolean {
  return item.min === 0 || (item.kind === 'group' && item.items.every(mayBeEmpty))
}

/** Each variable stands once. */
function checkVariables(pattern: Pattern, state: BinderState): void {
  const names = patternVariables(pattern)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    state.error('SQL_PATTERN_VARIABLE', pattern.span, `Pattern variable '${twice}' stands more than once in PATTERN.`)
}
