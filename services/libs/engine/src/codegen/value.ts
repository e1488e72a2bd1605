/**
 * A value in generated code: JS expressions that are cheap and free of effects (variables and constants), so that they may stand
 * several times in the code.
 *
 *   bool boolean · i32 int32 · int an integer of a BIGINT proven to be at most 2^53 (`range`), as number · i64 bigint within 64 bits
 *   f64 number · ts [ms, nanos] · slice [data, offset, length] of UTF-8 or binary bytes · str JS string · u8 Uint8Array
 *   obj the boxed form
 */
export type Form = 'bool' | 'i32' | 'int' | 'i64' | 'f64' | 'ts' | 'slice' | 'str' | 'u8' | 'obj'

export interface Value {
  readonly form: Form
  /** Boolean JS expression; null = never NULL. While it is true the code parts hold any value of the form. */
  readonly isNull: string | null
  readonly code: readonly string[]
  /** For 'int' (and where known for i32): closed bounds. */
  readonly range?: readonly [number, number]
}

export const INT32_RANGE = [-2147483648, 2147483647] as const

/** A JS expression that is true where any of the values is NULL; null when none can be. */
export function anyNull(values: readonly Value[]): string | null {
  const parts = values.flatMap((value) => (value.isNull === null ? [] : [value.isNull]))
  if (parts.includes('true')) return 'true'
  return parts.length === 0 ? null : [...new Set(parts)].join(' || ')
}

/** An initial value of the form, for variables that stay unset where the result is NULL. */
export function defaultOf(form: Form): readonly string[] {
  switch (form) {
    case 'bool':
      return ['false']
    case 'i32':
    case 'int':
      return ['0']
    case 'f64':
      return ['0.1']
    case 'i64':
      return ['0n']
    case 'ts':
      return ['0.1', '0']
    case 'slice':
      return ['NO_BYTES', '0', '0']
    case 'str':
      return ["''"]
    case 'u8':
      return ['NO_BYTES']
    case 'obj':
      return ['null']
  }
}

export function nullValue(form: Form): Value {
  return { form, isNull: 'true', code: defaultOf(form) }
}
