import type { Assignment, Delete, DmlStatement, Insert, Merge, Update } from '../ast/dml.ts'
import type { Expression } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import type { Statement } from '../ast/statement.ts'
import { partitionSpec } from './ddl.ts'
import { type Printers, printIdentifier, printName, printNames, printString, words } from './print.ts'
import { extendList, hints } from './table-parts.ts'
import { unparseTable } from './table-ref.ts'

export type StatementPrinters = Printers & Readonly<{ statement: (node: Statement) => string }>

/** One DML statement. */
export function unparseDml(node: DmlStatement, u: StatementPrinters): string {
  switch (node.kind) {
    case 'Insert':
      return insert(node, u)
    case 'Update':
      return update(node, u)
    case 'Delete':
      return words(`DELETE FROM ${target(node)}`, node.where && `\nWHERE ${u.expression(node.where)}`)
    case 'Merge':
      return merge(node, u)
    case 'BeginStatementSet':
      return 'BEGIN STATEMENT SET'
    case 'EndStatementSet':
      return 'END'
    case 'StatementSet':
      return `STATEMENT SET BEGIN\n${node.statements.map((one) => `${u.statement(one)}\n;\n`).join('')}END`
    case 'Execute':
      return `EXECUTE ${u.statement(node.statement)}`
    case 'ExecutePlan':
      return `EXECUTE PLAN ${printString(node.file)}`
    case 'CompilePlan': {
      const verb = node.execute ? 'COMPILE AND EXECUTE PLAN' : 'COMPILE PLAN'
      return words(verb, printString(node.file), node.ifNotExists && 'IF NOT EXISTS', `FOR ${u.statement(node.statement)}`)
    }
    case 'CallProcedure':
      return `CALL ${u.expression(node.call)}`
    case 'TruncateTable':
      return `TRUNCATE TABLE ${printIdentifier(node.name)}`
  }
}

function target(node: Insert | Update | Delete | Merge): string {
  const alias = 'alias' in node && node.alias !== undefined ? `AS ${printName(node.alias)}` : undefined
  return words(printIdentifier(node.target), hints(node.hints), node.extend && extendList(node.extend), alias)
}

const INSERT_VERBS = { INTO: 'INSERT INTO', OVERWRITE: 'INSERT OVERWRITE', UPSERT: 'UPSERT INTO' } as const

function insert(node: Insert, u: StatementPrinters): string {
  const partition = node.partition.length > 0 && `\nPARTITION ${partitionSpec(node.partition)}`
  const columns = node.columns && `(${node.columns.map(printIdentifier).join(', ')})`
  const source = u.query(node.source as Query)
  const conflict = node.onConflict && `\nON CONFLICT DO ${node.onConflict}`
  return words(`${INSERT_VERBS[node.mode]} ${target(node)}`, partition, columns, `\n${source}`, conflict)
}

function assignments(list: readonly Assignment[], u: StatementPrinters): string {
  return list.map(({ column, value }) => `${printIdentifier(column)} = ${u.expression(value)}`).join(', ')
}

function update(node: Update, u: StatementPrinters): string {
  const set = `SET ${assignments(node.assignments, u)}`
  return words(`UPDATE ${target(node)}`, set, node.where && `\nWHERE ${u.expression(node.where)}`)
}

function merge(node: Merge, u: StatementPrinters): string {
  const head = `MERGE INTO ${target(node)}\nUSING ${unparseTable(node.source, u)}\nON ${u.expression(node.on)}`
  const matched = node.matched && `\nWHEN MATCHED THEN UPDATE SET ${assignments(node.matched, u)}`
  return words(head, matched, node.notMatched && notMatched(node.notMatched, u))
}

function notMatched({ columns, row }: NonNullable<Merge['notMatched']>, u: StatementPrinters): string {
  const values = row.map((value: Expression) => u.expression(value)).join(', ')
  return words('\nWHEN NOT MATCHED THEN INSERT', columns && printNames(columns), `VALUES (ROW(${values}))`)
}
