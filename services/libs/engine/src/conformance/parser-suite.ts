/**
 * Statements of Flink's and Calcite's own parser tests. Ours agrees with Flink 2.3 on a statement when both accept or both
 * refuse it, and when our tree of the statement, of our own printed text and of Flink's printed text is one, apart from
 * parentheses, quoting and the case of function names, which Flink resolves without case.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Expression } from '../sql/ast/expression.ts'
import type { Statement } from '../sql/ast/statement.ts'
import { parseExpression, parseStatements } from '../sql/parse/parser.ts'
import { unparseExpression, unparseStatement } from '../sql/unparse/unparse.ts'
import { asFlinkPrints } from './flink-printer.ts'
import { type CaseReport, type SuiteReport, summarize } from './suite-report.ts'

type ParserCase = Readonly<{
  sql: string
  form: 'statement' | 'expression'
  origin: string
  ok_unparsed?: string
  fails_message?: string
}>

/** Least share of agreement, in percent. */
export const PARSER_THRESHOLD = 98

/** Reads a cases file (gzip or plain JSON; `{statements}` or their list) and compares each statement. */
export function runParserSuite(casesFile: string): SuiteReport {
  const raw = readFileSync(casesFile)
  const text = casesFile.endsWith('.gz') ? gunzipSync(raw).toString('utf8') : raw.toString('utf8')
  const parsed = JSON.parse(text) as readonly ParserCase[] | { statements: readonly ParserCase[] }
  const statements = 'statements' in parsed ? parsed.statements : parsed
  return summarize(statements.map((one, index) => compare(one, `${index}:${one.origin}`)))
}

function compare(one: ParserCase, id: string): CaseReport {
  const ours = parse(one.form, one.sql)
  if (one.ok_unparsed === undefined) return refusal(one, id, ours)
  if ('refused' in ours)
    return { id, status: 'failed', reason: 'refused, Flink accepts', expected: one.sql, actual: ours.refused }
  const printed = unparse(one.form, ours.tree)
  const again = parse(one.form, printed)
  if ('refused' in again) return { id, status: 'failed', reason: 'own text is refused', expected: printed, actual: again.refused }
  const expected = canonical(ours.tree)
  if (canonical(again.tree) !== expected)
    return { id, status: 'failed', reason: 'own text has another tree', expected: one.sql, actual: printed }
  const flink = parse(one.form, one.ok_unparsed)
  if ('refused' in flink) {
    return { id, status: 'failed', reason: "Flink's text is refused", expected: one.ok_unparsed, actual: flink.refused }
  }
  if (canonical(flink.tree) !== canonical(asFlinkPrints(ours.tree))) {
    return { id, status: 'failed', reason: "Flink's text has another tree", expected: one.ok_unparsed, actual: printed }
  }
  return { id, status: 'passed' }
}

function refusal(one: ParserCase, id: string, ours: Parsed): CaseReport {
  if ('refused' in ours) return { id, status: 'passed' }
  return { id, status: 'failed', reason: 'accepted, Flink refuses', expected: one.fails_message ?? '', actual: one.sql }
}

type Parsed = Readonly<{ tree: Statement | Expression }> | Readonly<{ refused: string }>

/** As Flink's parser: one statement and nothing behind it, not even a semicolon. */
function parse(form: ParserCase['form'], sql: string): Parsed {
  const { diagnostics, tree, trailing } = form === 'expression' ? whole(sql) : single(sql)
  if (tree === undefined || diagnostics.length > 0) return { refused: diagnostics[0]?.message ?? 'no statement' }
  return trailing ? { refused: 'more than one statement, or a semicolon' } : { tree }
}

type Outcome = Readonly<{
  diagnostics: readonly { message: string }[]
  tree: Statement | Expression | undefined
  trailing: boolean
}>

function whole(sql: string): Outcome {
  const { expression, diagnostics } = parseExpression(sql)
  return { diagnostics, tree: expression, trailing: false }
}

function single(sql: string): Outcome {
  const { statements, diagnostics, tokens, spans } = parseStatements(sql)
  const end = spans[0]?.end ?? 0
  const trailing = tokens.some((token) => token.type !== 'end' && token.start >= end) || (tokens[0]?.key ?? '') === ';'
  return { diagnostics, tree: statements[0], trailing }
}

function unparse(form: ParserCase['form'], tree: Statement | Expression): string {
  return form === 'expression' ? unparseExpression(tree as Expression) : unparseStatement(tree as Statement)
}

/** A tree without places in the text, quoting and the marks of parentheses; members in one order. */
function canonical(tree: unknown): string {
  return JSON.stringify(tree, function (this: unknown, key: string, value: unknown) {
    if (key === 'span' || key === 'quoted' || key === 'explicit') return undefined
    if (key === 'name' && isCall(this)) return functionName(value)
    return inOrder(value)
  })
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function isCall(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'Call'
}

function functionName(name: unknown): unknown {
  const { parts } = name as { parts: readonly { value: string }[] }
  return parts.map(({ value }) => value.toLowerCase())
}
