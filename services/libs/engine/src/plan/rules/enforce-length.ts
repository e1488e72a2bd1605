/** table.exec.sink.type-length-enforcer: strings and bytes are brought to their declared length (TRIM_PAD), or refused (ERROR). */
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { MAX_LENGTH } from '../../sql/types/logical-type.ts'

export type LengthEnforcer = 'IGNORE' | 'TRIM_PAD' | 'ERROR'

export function lengthEnforcer(config: Readonly<Record<string, string>>): LengthEnforcer {
  const asked = config['table.exec.sink.type-length-enforcer']?.toUpperCase()
  return asked === 'TRIM_PAD' || asked === 'ERROR' ? asked : 'IGNORE'
}

const LIMITED = new Set(['CHAR', 'VARCHAR', 'BINARY', 'VARBINARY'])

function isLimited(type: LogicalType): boolean {
  return LIMITED.has(type.kind) && (type as { length: number }).length < MAX_LENGTH
}

/** The sink's columns under the enforcer; undefined where nothing is to be done. */
export function enforcedColumns(schema: Schema, enforcer: LengthEnforcer): readonly BoundExpr[] | undefined {
  if (enforcer === 'IGNORE' || !schema.some((field) => isLimited(field.type))) return undefined
  return schema.map(({ name, type }, index): BoundExpr => {
    if (!isLimited(type)) return { kind: 'Column', type, index, name }
    const kind = type.kind === 'CHAR' || type.kind === 'VARCHAR' ? 'VARCHAR' : 'VARBINARY'
    const value: BoundExpr = { kind: 'Column', type: { kind, nullable: type.nullable, length: MAX_LENGTH }, index, name }
    if (enforcer === 'TRIM_PAD') return { kind: 'Cast', type, input: value, mode: 'CAST', implicit: true }
    return { kind: 'Call', type, fn: '$CHECK_LENGTH', args: [value] }
  })
}
