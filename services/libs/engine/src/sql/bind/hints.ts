/** Hints: OPTIONS on tables, and those of a query block. */
import type { Hint, HintOption } from '../ast/query.ts'
import type { BoundHint } from '../bound/rel.ts'
import type { BinderState } from './binder-state.ts'
import { didYouMean } from './suggestion.ts'

const QUERY_HINTS: readonly string[] = [
  'BROADCAST',
  'SHUFFLE_HASH',
  'SHUFFLE_MERGE',
  'NEST_LOOP',
  'LOOKUP',
  'STATE_TTL',
  'MULTI_JOIN',
  'EARLY_FIRE',
  'LATE_FIRE',
  'AGG_STRATEGY',
]

export function bindQueryHints(hints: readonly Hint[], state: BinderState): readonly BoundHint[] {
  const bound: BoundHint[] = []
  for (const hint of hints) {
    const name = hint.name.value.toUpperCase()
    if (!QUERY_HINTS.includes(name)) {
      state.error('SQL_UNKNOWN_HINT', hint.span, [`Hint ${hint.name.value} is not known here.`, didYouMean(name, QUERY_HINTS)])
      continue
    }
    bound.push({
      name,
      options: hint.options.map((option) => ({
        ...(option.key === undefined ? {} : { key: option.key.value }),
        value: textOf(option.value),
      })),
    })
  }
  return bound
}

function textOf(value: HintOption['value']): string {
  return 'text' in value ? value.text : value.value
}

/** Options of OPTIONS hints on a table; where two set one key the last wins. */
export function bindTableHints(hints: readonly Hint[], state: BinderState): Readonly<Record<string, string>> {
  const options: [string, string][] = []
  for (const hint of hints) {
    if (hint.name.value.toUpperCase() !== 'OPTIONS') {
      state.error('SQL_UNKNOWN_HINT', hint.span, [
        `Hint ${hint.name.value} is not known on a table.`,
        didYouMean(hint.name.value, ['OPTIONS']),
      ])
      continue
    }
    for (const { key, value, span } of hint.options) {
      if (key === undefined || 'kind' in value === false || !('value' in value)) {
        state.error('SQL_HINT_OPTION', span, "OPTIONS takes 'key' = 'value' pairs.")
        continue
      }
      options.push([key.value, value.value])
    }
  }
  return Object.fromEntries(options)
}
