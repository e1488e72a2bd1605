/** A table's columns, watermark and key as DDL writes them, checked and typed. CREATE, LIKE, CTAS and ALTER all come through here. */
import type {
  ComputedColumn,
  MetadataColumn,
  PhysicalColumn,
  TableConstraint,
  TableElement,
  WatermarkClause,
} from '../ast/ddl.ts'
import type { Expression } from '../ast/expression.ts'
import type { Name } from '../ast/identifier.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { CatalogTable, TableColumn, WatermarkSpec } from '../catalog/catalog.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { typeFromAst } from '../types/ast-type.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { notNull } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import type { BinderState } from './binder-state.ts'
import { ColumnScope, fromRel } from './column-scope.ts'
import { didYouMean } from './suggestion.ts'

export type Shape = Pick<CatalogTable, 'columns' | 'watermark' | 'primaryKey'>

/** Watermarks are of this precision at most: milliseconds. */
const TIME_PRECISION_MAX = 3

/** Columns as a scope: what computed columns and watermarks may name. */
export function columnScope(columns: readonly TableColumn[]): ColumnScope {
  const schema = columns.map(({ name, type }) => ({ name, type }))
  return new ColumnScope(fromRel({ kind: 'Values', rows: [], schema }, {}), undefined)
}

export function columnNames(columns: readonly TableColumn[]): readonly string[] {
  return columns.map((column) => column.name)
}

export class TableDefinition {
  readonly #state: BinderState
  /** The statement's text: expressions are stored as the user wrote them. */
  readonly #text: string
  #columns: TableColumn[]
  #watermark: WatermarkSpec | undefined
  #primaryKey: CatalogTable['primaryKey']

  constructor(state: BinderState, text: string, base?: Shape) {
    this.#state = state
    this.#text = text
    this.#columns = [...(base?.columns ?? [])]
    this.#watermark = base?.watermark
    this.#primaryKey = base?.primaryKey
  }

  get columns(): readonly TableColumn[] {
    return this.#columns
  }

  get shape(): Shape {
    return {
      columns: this.#columns,
      ...(this.#watermark === undefined ? {} : { watermark: this.#watermark }),
      ...(this.#primaryKey === undefined ? {} : { primaryKey: this.#primaryKey }),
    }
  }

  /** Adds elements in the order that their meaning needs: plain columns, computed ones, then watermark and key. */
  add(elements: readonly TableElement[], replaceable: ReadonlySet<string> = new Set()): void {
    const order = new Map<string, number>()
    for (const element of elements) {
      if (element.kind === 'PhysicalColumn' || element.kind === 'MetadataColumn')
        this.#place(this.#plain(element), element, replaceable)
      if ('name' in element && element.name !== undefined && 'parts' in element.name)
        order.set(element.name.parts[0]!.value, order.size)
    }
    const before = this.#columns.filter((column) => column.kind !== 'computed')
    for (const element of elements) {
      if (element.kind === 'ComputedColumn') this.#place(this.#computed(element, before), element, replaceable)
    }
    this.#inWrittenOrder(order)
    this.#addConstraints(elements)
  }

  /** Columns that were just added stand as they were written, whatever order they were bound in. */
  #inWrittenOrder(order: ReadonlyMap<string, number>): void {
    const positions = this.#columns.flatMap((column, i) => (order.has(column.name) ? [i] : []))
    const consecutive = positions.every((position, i) => i === 0 || position === positions[i - 1]! + 1)
    if (!consecutive) return
    const sorted = positions.map((i) => this.#columns[i]!).sort((a, b) => order.get(a.name)! - order.get(b.name)!)
    for (const [k, position] of positions.entries()) this.#columns[position] = sorted[k]!
  }

  #addConstraints(elements: readonly TableElement[]): void {
    for (const element of elements) {
      if (element.kind === 'WatermarkClause') this.#setWatermark(element)
      if (element.kind === 'TableConstraint') this.#setKey(element, element.columns)
      if (element.kind === 'PhysicalColumn' && element.constraint !== undefined) {
        this.#setKey(element.constraint, [element.name.parts[0]!])
      }
    }
  }

  #plain(element: PhysicalColumn | MetadataColumn): TableColumn | undefined {
    const type = typeFromAst(element.type, this.#state.report, 'column')
    if (type === undefined) return undefined
    const name = element.name.parts[0]!.value
    const comment = element.comment === undefined ? {} : { comment: element.comment.value }
    if (element.kind === 'PhysicalColumn') return { kind: 'physical', name, type, ...comment }
    return { kind: 'metadata', name, type, key: element.from?.value ?? name, virtual: element.virtual, ...comment }
  }

  #computed(element: ComputedColumn, before: readonly TableColumn[]): TableColumn | undefined {
    const expr = bindExpression(element.expr, columnScope(before), this.#state.context('a computed column'))
    if (expr === undefined) return undefined
    const comment = element.comment === undefined ? {} : { comment: element.comment.value }
    return {
      kind: 'computed',
      name: element.name.parts[0]!.value,
      type: expr.type,
      expression: this.#source(element.expr),
      ...comment,
    }
  }

  #source(expr: Expression): string {
    return this.#text.slice(expr.span.start, expr.span.end)
  }

  #place(
    column: TableColumn | undefined,
    element: PhysicalColumn | MetadataColumn | ComputedColumn,
    replaceable: ReadonlySet<string>,
  ): void {
    const name = element.name.parts[0]!.value
    if (element.name.parts.length > 1) {
      this.#state.error('SQL_UNSUPPORTED', element.name.span, 'Nested fields cannot be declared by themselves.')
      return
    }
    const at = this.#columns.findIndex((known) => known.name === name)
    if (at >= 0 && !replaceable.has(name)) {
      this.#state.error('SQL_DUPLICATE_COLUMN', element.name.span, `Column '${name}' already exists.`)
      return
    }
    if (column === undefined) return
    if (at >= 0) this.#columns.splice(at, 1)
    this.#columns.splice(this.#position(element, at), 0, column)
  }

  #position(element: PhysicalColumn | MetadataColumn | ComputedColumn, known: number): number {
    const { position } = element
    if (position === undefined) return known >= 0 ? known : this.#columns.length
    if (position.after === undefined) return 0
    const wanted = position.after.parts.map((part) => part.value).join('.')
    const at = this.#columns.findIndex((column) => column.name === wanted)
    if (at < 0) {
      const hint = didYouMean(wanted, columnNames(this.#columns))
      this.#state.error('SQL_UNKNOWN_COLUMN', position.after.span, [`Column '${wanted}' does not exist.`, hint])
    }
    return at < 0 ? this.#columns.length : at + 1
  }

  replaceWatermark(clause: WatermarkClause): void {
    this.#watermark = undefined
    this.#setWatermark(clause)
  }

  #setWatermark(clause: WatermarkClause): void {
    if (clause.column.parts.length > 1) {
      this.#state.error('SQL_WATERMARK_COLUMN', clause.column.span, [
        'A watermark is declared on a column, not on a field of a row.',
        'Take the field out with a computed column first.',
      ])
      return
    }
    if (this.#watermark !== undefined) {
      this.#state.error('SQL_SECOND_WATERMARK', clause.span, 'A table has one watermark only.')
      return
    }
    const column = clause.column.parts.map((part) => part.value)
    const time = bindExpression(clause.column, columnScope(this.#columns), this.#state.context('WATERMARK FOR'))
    const bound = bindExpression(clause.expr, columnScope(this.#columns), this.#state.context('a watermark'))
    const expr = bound && time && asWatermark(bound, time.type)
    if (time === undefined || expr === undefined || !this.#checkWatermark(clause, time, expr)) return
    this.#watermark = { column, expression: this.#source(clause.expr) }
  }

  #checkWatermark(clause: WatermarkClause, time: BoundExpr, expr: BoundExpr): boolean {
    if ('timeAttribute' in time.type && time.type.timeAttribute === 'PROCTIME') {
      this.#state.error('SQL_WATERMARK_COLUMN', clause.column.span, 'A processing-time column takes no watermark.')
      return false
    }
    if (!isRowtimeType(time.type)) {
      this.#state.error('SQL_WATERMARK_TYPE', clause.column.span, [
        `A watermark is declared on a TIMESTAMP(p) or TIMESTAMP_LTZ(p) column with p from 0 to ${TIME_PRECISION_MAX}; this one is ${printType(time.type)}.`,
        time.type.kind === 'BIGINT' ? 'Compute a time column first, for example ts AS TO_TIMESTAMP_LTZ(millis, 3).' : undefined,
      ])
      return false
    }
    if (isRowtimeType(expr.type) && expr.type.kind === time.type.kind) return true
    this.#state.error(
      'SQL_WATERMARK_TYPE',
      clause.expr.span,
      `The watermark expression is ${printType(expr.type)}, its column is ${printType(time.type)}.`,
    )
    return false
  }

  #setKey(constraint: Pick<TableConstraint, 'type' | 'name' | 'enforced' | 'span'>, columns: readonly Name[]): void {
    const { span } = constraint
    if (constraint.type === 'UNIQUE') this.#state.error('SQL_UNSUPPORTED', span, 'UNIQUE constraints are not supported.')
    else if (constraint.enforced !== false) {
      const message = 'A primary key has to be NOT ENFORCED: the service does not own the data.'
      this.#state.error('SQL_KEY_ENFORCED', span, [message, 'Write PRIMARY KEY (…) NOT ENFORCED.'])
    } else if (this.#primaryKey !== undefined)
      this.#state.error('SQL_SECOND_PRIMARY_KEY', span, 'A table has one primary key only.')
    else this.#declareKey(constraint, columns)
  }

  #declareKey(constraint: Pick<TableConstraint, 'name' | 'span'>, columns: readonly Name[]): void {
    const names: string[] = []
    for (const { value, span } of columns) {
      const column = this.#columns.find((known) => known.name === value)
      if (column === undefined) {
        const hint = didYouMean(value, columnNames(this.#columns))
        this.#state.error('SQL_UNKNOWN_COLUMN', span, [`Primary key column '${value}' does not exist.`, hint])
      } else if (column.kind !== 'physical') {
        this.#state.error('SQL_KEY_NOT_PHYSICAL', span, `Primary key column '${value}' is not a physical column.`)
      } else if (names.includes(value)) {
        this.#state.error('SQL_DUPLICATE_COLUMN', span, `Primary key column '${value}' is named twice.`)
      } else names.push(value)
    }
    if (names.length < columns.length) return
    this.#columns = this.#columns.map((column) =>
      names.includes(column.name) ? { ...column, type: notNull(column.type) } : column,
    )
    this.#primaryKey = { name: constraint.name?.value ?? `PK_${names.join('_')}`, columns: names }
  }
}

/** SOURCE_WATERMARK() has the type of the column it is for. */
export function asWatermark(expr: BoundExpr, column: LogicalType): BoundExpr {
  return expr.kind === 'Call' && expr.fn === 'SOURCE_WATERMARK' ? { ...expr, type: column } : expr
}

/** TIMESTAMP or TIMESTAMP_LTZ of at most millisecond precision. */
function isRowtimeType(type: LogicalType): boolean {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= TIME_PRECISION_MAX
}
