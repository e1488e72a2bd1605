import type { Schema } from '../bound/rel.ts'
import type { NameResolution, Scope } from '../bound/scope.ts'

/** The columns of one table, with or without the table's name before them. */
export class SchemaScope implements Scope {
  readonly #schema: Schema
  readonly #table: string | undefined

  constructor(schema: Schema, table?: string) {
    this.#schema = schema
    this.#table = table
  }

  resolveColumn(parts: Parameters<Scope['resolveColumn']>[0]): NameResolution {
    const qualified = parts.length > 1 && parts[0]!.value === this.#table
    const at = qualified ? 1 : 0
    const index = this.#schema.findIndex((field) => field.name === parts[at]!.value)
    if (index < 0) return { kind: 'unknown', candidates: this.#schema.map((field) => field.name) }
    const { name, type } = this.#schema[index]!
    return { kind: 'expr', expr: { kind: 'Column', type, index, name }, used: at + 1 }
  }

  expandStar(): Schema {
    return this.#schema
  }
}
