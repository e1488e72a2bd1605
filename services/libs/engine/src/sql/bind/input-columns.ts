/** Expressions that a node wants as plain columns of its input: a Project is put below it where they are not columns yet. */
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundRel } from '../bound/rel.ts'
import { exprKey } from '../bound/walk.ts'
import { columnsOf, project } from './coerce.ts'

export class InputColumns {
  readonly #input: BoundRel
  readonly #exprs: BoundExpr[] = []
  readonly #names: string[] = []
  readonly #positions = new Map<string, number>()

  /** `keepAll`: every column of the input stays, in its place, and new ones follow. */
  constructor(input: BoundRel, keepAll: boolean) {
    this.#input = input
    if (keepAll) {
      for (const column of columnsOf(input.schema)) this.column(column)
    }
  }

  /** The expression as a column of `rel()`. Equal expressions share one. */
  column(expr: BoundExpr): BoundExpr & { readonly kind: 'Column' } {
    const key = exprKey(expr)
    let index = this.#positions.get(key)
    if (index === undefined) {
      index = this.#exprs.length
      this.#positions.set(key, index)
      this.#exprs.push(expr)
      this.#names.push(expr.kind === 'Column' && !this.#names.includes(expr.name) ? expr.name : `$f${index}`)
    }
    return { kind: 'Column', type: expr.type, index, name: this.#names[index]! }
  }

  /** An argument of an aggregate: constants (a separator, a percentage, an offset) stay in the call. */
  argument(expr: BoundExpr): BoundExpr {
    return expr.kind === 'Literal' ? expr : this.column(expr)
  }

  /** Where nothing is read (COUNT(*) alone) the rows stay as they are. */
  rel(): BoundRel {
    if (this.#exprs.length === 0) return this.#input
    return project(this.#input, this.#exprs, this.#names)
  }
}
