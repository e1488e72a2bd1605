import type { AlterSystem, AnalyzeTable, Describe, SessionStatement, Show, ShowPattern } from '../ast/session.ts'
import { partitionSpec, withOptions } from './ddl.ts'
import type { StatementPrinters } from './dml.ts'
import { unparseLiteral } from './expression.ts'
import { printIdentifier, printName, printString, words } from './print.ts'

/** SHOW, DESCRIBE, EXPLAIN, SET and the other statements about the session. */
export function unparseSession(node: SessionStatement, u: StatementPrinters): string {
  switch (node.kind) {
    case 'Explain':
      return words('EXPLAIN', node.details.join(', '), u.statement(node.statement))
    case 'ExplainPlan':
      // The only form that Flink parses is the short one.
      return `DESCRIBE STATEMENT ${u.statement(node.statement)}`
    case 'Describe':
      return describe(node)
    case 'Show':
      return show(node)
    case 'ShowCreate':
      return words('SHOW CREATE', node.orAlter && 'OR ALTER', node.object, printIdentifier(node.name))
    case 'SetOption':
      return words('SET', node.key && printString(node.key), node.value && `= ${printString(node.value)}`)
    case 'ResetOption':
      return words('RESET', node.key && printString(node.key))
    case 'Use': {
      const names = node.names.map(printIdentifier).join(', ')
      return words('USE', node.what !== 'DATABASE' && node.what, names)
    }
    case 'LoadModule':
      return words('LOAD MODULE', printName(node.name), withOptions(node.options))
    case 'UnloadModule':
      return `UNLOAD MODULE ${printName(node.name)}`
    case 'AnalyzeTable':
      return analyze(node)
    case 'StopJob':
      return words('STOP JOB', printString(node.job), node.withSavepoint && 'WITH SAVEPOINT', node.withDrain && 'WITH DRAIN')
    case 'ManageJar':
      return `${node.op} JAR ${printString(node.path)}`
    case 'AlterSystem':
      return alterSystem(node)
  }
}

function describe(node: Describe): string {
  if (node.job !== undefined) return `DESCRIBE JOB ${printString(node.job)}`
  const object = node.object === 'TABLE' && !node.explicitTable ? undefined : node.object
  const name = node.name && printIdentifier(node.name)
  return words('DESCRIBE', object, node.extended && 'EXTENDED', name, node.column && printIdentifier(node.column))
}

function show(node: Show): string {
  const scope = node.scope && printIdentifier(node.scope)
  const partition = node.partition && `PARTITION ${partitionSpec(node.partition)}`
  return words('SHOW', node.what, node.preposition, scope, partition, node.like && pattern(node.like))
}

function pattern({ op, negated, pattern: text }: ShowPattern): string {
  return words(negated && 'NOT', op, printString(text))
}

function analyze(node: AnalyzeTable): string {
  const partition = node.partition.length > 0 && `PARTITION ${partitionSpec(node.partition)}`
  const columns = node.columns.length > 0 && `FOR COLUMNS ${node.columns.map(printName).join(', ')}`
  const all = node.allColumns && 'FOR ALL COLUMNS'
  return words('ANALYZE TABLE', printIdentifier(node.name), partition, 'COMPUTE STATISTICS', columns, all)
}

function alterSystem(node: AlterSystem): string {
  const name = printIdentifier(node.name)
  if (node.value === undefined) return `ALTER ${node.scope} RESET ${name}`
  const value = node.value.kind === 'Identifier' ? printIdentifier(node.value) : unparseLiteral(node.value)
  return `ALTER ${node.scope} SET ${name} = ${value}`
}
