/** Hints: OPTIONS on tables, and those of a query block. */
import type { Hint, HintOption } from '../ast/query.ts'
import type { BoundHint } from '../bound/rel.ts'
import type { BinderState } from './binder-state.ts'
import type { Namespace } from './column-scope.ts'
import { didYouMean } from './suggestion.ts'

/** What a hint's options are: bare table names, 'table' = 'value' pairs, or 'key' = 'value' pairs. */
const FORMS: Readonly<Record<string, 'tables' | 'table values' | 'lookup'>> = {
  BROADCAST: 'tables',
  SHUFFLE_HASH: 'tables',
  SHUFFLE_MERGE: 'tables',
  NEST_LOOP: 'tables',
  MULTI_JOIN: 'tables',
  STATE_TTL: 'table values',
  LOOKUP: 'lookup',
}

export function bindQueryHints(hints: readonly Hint[], spaces: readonly Namespace[], state: BinderState): readonly BoundHint[] {
  return hints.flatMap((hint) => {
    const name = hint.name.value.toUpperCase()
    if (!Object.hasOwn(FORMS, name)) {
      const hintText = didYouMean(name, Object.keys(FORMS))
      state.error('SQL_UNKNOWN_HINT', hint.span, [`Hint ${hint.name.value} is not known here.`, hintText])
      return []
    }
    checkOptions(name, hint, { spaces, state })
    const options = hint.options.map((option) => ({
      ...(option.key === undefined ? {} : { key: option.key.value }),
      value: textOf(option.value),
    }))
    return [{ name, options }]
  })
}

function textOf(value: HintOption['value']): string {
  return 'text' in value ? value.text : value.value
}

interface HintPlace {
  readonly spaces: readonly Namespace[]
  readonly state: BinderState
}

function checkOptions(name: string, hint: Hint, place: HintPlace): void {
  const form = FORMS[name]!
  for (const option of hint.options) {
    if ((form === 'tables') !== (option.key === undefined)) {
      const wanted = form === 'tables' ? 'table names' : "'key' = 'value' pairs"
      place.state.error('SQL_HINT_OPTION', option.span, `${name} takes ${wanted}.`)
    } else if (form === 'tables') checkTable(textOf(option.value), option, place)
    else if (form === 'table values') {
      checkTable(option.key!.value, option, place)
      if (!isDuration(textOf(option.value)))
        place.state.error('SQL_HINT_OPTION', option.span, [
          `'${textOf(option.value)}' is no duration.`,
          "Write for example '1 d'.",
        ])
    } else if (option.key!.value === 'table') checkTable(textOf(option.value), option, place)
  }
  if (form === 'lookup' && !hint.options.some((option) => option.key?.value === 'table')) {
    place.state.error('SQL_HINT_OPTION', hint.span, "LOOKUP needs the option 'table'.")
  }
  if (hint.options.length === 0) place.state.error('SQL_HINT_OPTION', hint.span, `${name} needs options.`)
}

/** A hint names tables of its FROM as the query does: by alias where there is one. */
function checkTable(table: string, { span }: HintOption, { spaces, state }: HintPlace): void {
  const names = spaces.flatMap((space) => space.alias ?? [])
  if (names.includes(table) || spaces.some((space) => space.open)) return
  state.error('SQL_HINT_OPTION', span, [`Table '${table}' of the hint is not in FROM.`, didYouMean(table, names)])
}

const UNITS =
  'd|day|days|h|hour|hours|m|min|minute|minutes|s|sec|second|seconds|ms|milli|millis|millisecond|milliseconds|µs|micro|micros|microsecond|microseconds|ns|nano|nanos|nanosecond|nanoseconds'
const DURATION = new RegExp(`^\\s*\\d+\\s*(${UNITS})?\\s*$`, 'i')
const ISO_DURATION = /^\s*P(?=.)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\s*$/i

function isDuration(text: string): boolean {
  return DURATION.test(text) || ISO_DURATION.test(text)
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
      if (key === undefined || !('value' in value)) {
        state.error('SQL_HINT_OPTION', span, "OPTIONS takes 'key' = 'value' pairs.")
        continue
      }
      options.push([key.value, value.value])
    }
  }
  return Object.fromEntries(options)
}
