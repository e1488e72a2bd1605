/** Collects the statements of a generated function: constants, temporaries, nested blocks, and values that were computed already. */
import type { Value } from './value.ts'

export class CodeBuilder {
  readonly #constants: unknown[] = []
  readonly #constantNames = new Map<unknown, string>()
  #lines: string[] = []
  /** Values by key, one map a block: a value computed in a block is known in the blocks inside it only. */
  readonly #scopes: Map<string, Value>[] = [new Map()]
  #next = 0
  #indent = 0

  /** A name for a constant of the generated code; equal objects share one. */
  constant(value: unknown): string {
    const known = this.#constantNames.get(value)
    if (known !== undefined) return known
    const name = `k${this.#constants.length}`
    this.#constants.push(value)
    this.#constantNames.set(value, name)
    return name
  }

  name(prefix: string): string {
    return `${prefix}${this.#next++}`
  }

  line(text: string): void {
    this.#lines.push(`${'  '.repeat(this.#indent)}${text}`)
  }

  /** `const name = code`, or the code itself where it is a plain name or number already. */
  assign(code: string, prefix = 't'): string {
    if (/^(\w+|-?\d+(\.\d+)?n?)$/.test(code)) return code
    const name = this.name(prefix)
    this.line(`const ${name} = ${code}`)
    return name
  }

  /** `header { body }`. */
  block(header: string, body: () => void): void {
    this.line(`${header} {`)
    this.#indent++
    this.#scopes.push(new Map())
    try {
      body()
    } finally {
      this.#scopes.pop()
      this.#indent--
      this.line('}')
    }
  }

  /** A value that was computed before under this key and is in scope here. */
  known(key: string): Value | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const value = this.#scopes[i]!.get(key)
      if (value !== undefined) return value
    }
    return undefined
  }

  remember(key: string, value: Value): Value {
    this.#scopes.at(-1)!.set(key, value)
    return value
  }

  /** Like `remember`, for what holds everywhere in the function (constants). */
  rememberAlways(key: string, value: Value): Value {
    this.#scopes[0]!.set(key, value)
    return value
  }

  /** Source and constants; `wrap` puts the collected statements into the function. */
  finish(wrap: (body: string) => string): { readonly source: string; readonly constants: readonly unknown[] } {
    const whole = wrap(this.#lines.join('\n'))
    const names = this.#constants.map((_, i) => `const k${i} = K[${i}]`)
    return { source: `${names.join('\n')}\nconst NO_BYTES = new Uint8Array(0)\n${whole}`, constants: this.#constants }
  }
}
