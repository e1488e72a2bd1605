/**
 * Typed configuration tables: each option has a type, a default and a description; all mistakes are reported together.
 * Only a service's config.ts hands the environment in.
 */
export interface OptionSpec<T> {
  readonly env: string
  readonly doc: string
  readonly fallback?: T
  readonly secret?: boolean
  parse(text: string): T | { readonly mistake: string }
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(`configuration is not usable:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`)
    this.mistakes = mistakes
  }
}

interface Described<T> {
  readonly env: string
  readonly doc: string
  readonly fallback?: T
}

export const option = {
  string: (o: Described<string> & { readonly secret?: boolean }): OptionSpec<string> => ({ ...o, parse: (text) => text }),
  boolean: (o: Described<boolean>): OptionSpec<boolean> => ({
    ...o,
    parse: (text) =>
      text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : { mistake: 'is not true or false' },
  }),
  int: (o: Described<number> & { readonly min?: number; readonly max?: number }): OptionSpec<number> => ({
    ...o,
    parse: (text) => {
      const value = Number(text)
      if (!Number.isInteger(value)) return { mistake: 'is not a whole number' }
      if (o.min !== undefined && value < o.min) return { mistake: `is below ${o.min}` }
      if (o.max !== undefined && value > o.max) return { mistake: `is above ${o.max}` }
      return value
    },
  }),
  oneOf: <const V extends string>(o: Described<V> & { readonly values: readonly V[] }): OptionSpec<V> => ({
    ...o,
    parse: (text) => o.values.find((v) => v === text) ?? { mistake: `is not one of ${o.values.join(', ')}` },
  }),
}

export type ConfigOf<Table> = { readonly [K in keyof Table]: Table[K] extends OptionSpec<infer T> ? T : never }

/** Reads every option of `table` from `env`. Throws ConfigError naming every mistake at once. */
export function readConfig<Table extends Readonly<Record<string, OptionSpec<unknown>>>>(
  table: Table,
  env: Readonly<Record<string, string | undefined>>,
): ConfigOf<Table> {
  const mistakes: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(table)) {
    const text = env[spec.env]
    if (text === undefined || text === '') {
      if (spec.fallback === undefined) mistakes.push(`${spec.env} is missing: ${spec.doc}`)
      else values[name] = spec.fallback
      continue
    }
    const parsed = spec.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'mistake' in parsed) {
      mistakes.push(`${spec.env}${spec.secret ? '' : ` (${text})`} ${(parsed as { mistake: string }).mistake}: ${spec.doc}`)
    } else values[name] = parsed
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return values as ConfigOf<Table>
}
