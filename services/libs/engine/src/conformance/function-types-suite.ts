/**
 * Expressions of Flink's own function tests, bound without being evaluated: the type is the one that Flink 2.3 infers, what
 * Flink refuses to validate is refused, and nothing else is.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { BindingContext } from '../sql/bound/binding-context.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { Diagnostic } from '../sql/diagnostic/diagnostic.ts'
import { bindExpression } from '../sql/expressions/bind-expression.ts'
import { SchemaScope } from '../sql/expressions/schema-scope.ts'
import { parseExpression } from '../sql/parse/parser.ts'
import { parseType, TypeSyntaxError } from '../sql/types/parse-type.ts'
import { printType } from '../sql/types/print-type.ts'
import { type CaseReport, type SuiteReport, summarize } from './suite-report.ts'

interface FieldSpec {
  readonly name: string
  readonly type: string
}

interface ScalarSpec {
  readonly id: string
  readonly config: Readonly<Record<string, string>>
  readonly fields: readonly FieldSpec[]
  readonly cases: readonly {
    readonly kind: 'result' | 'validation-error' | 'runtime-error'
    readonly sql: string
    readonly type?: string
    readonly error_message_contains?: string
  }[]
}

interface ExpressionSpec {
  readonly id: string
  readonly config: Readonly<Record<string, string>>
  readonly field_set: string
  readonly cases: readonly { readonly kind: string; readonly sql: string }[]
}

interface FunctionCases {
  readonly scalar: readonly ScalarSpec[]
  readonly expression: readonly ExpressionSpec[]
  readonly expression_field_sets: Readonly<Record<string, readonly FieldSpec[]>>
}

/** `file` is gzipped JSON in the shape of the shared function cases. */
export function runFunctionTypes(file: string): SuiteReport {
  const cases: FunctionCases = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))
  return summarize([
    ...cases.scalar.flatMap(scalarReports),
    ...cases.expression.flatMap((spec) => expressionReports(spec, cases.expression_field_sets[spec.field_set] ?? [])),
  ])
}

function scalarReports(spec: ScalarSpec): CaseReport[] {
  const schema = schemaOf(spec.fields)
  return spec.cases.map((one, i): CaseReport => {
    const id = `${spec.id}#${i} ${one.sql}`
    const { type, diagnostics } = typeOf(one.sql, schema, spec.config)
    const actual = type ?? `refused: ${describe(diagnostics)}`
    if (one.kind === 'validation-error') {
      const expected = `refused: ${one.error_message_contains ?? ''}`
      return { id, status: type === undefined ? 'passed' : 'failed', expected, actual }
    }
    const expected = one.type ?? 'any type'
    const isRight = type !== undefined && (one.type === undefined || one.type === type)
    return { id, status: isRight ? 'passed' : 'failed', expected, actual }
  })
}

/** Their types are not known, but those with a result must bind. Fields of Java's own types are left out. */
function expressionReports(spec: ExpressionSpec, fields: readonly FieldSpec[]): CaseReport[] {
  const schema = schemaOf(fields)
  const unknown = fields.filter((field) => !schema.some((known) => known.name === field.name)).map((field) => field.name)
  return spec.cases.map((one, i): CaseReport => {
    const id = `${spec.id}#${i} ${one.sql}`
    if (one.kind === 'error')
      return { id, status: 'skipped', reason: 'refused while binding or while running: the data does not say' }
    const foreign = unknown.find((name) => new RegExp(`\\b${name}\\b`).test(one.sql))
    if (foreign !== undefined) return { id, status: 'skipped', reason: `field ${foreign} has a type of Java` }
    const { type, diagnostics } = typeOf(one.sql, schema, spec.config)
    return {
      id,
      status: type === undefined ? 'failed' : 'passed',
      expected: 'bound',
      actual: type ?? `refused: ${describe(diagnostics)}`,
    }
  })
}

function schemaOf(fields: readonly FieldSpec[]): Schema {
  return fields.flatMap(({ name, type }) => {
    const parsed = tryParse(type)
    return parsed === undefined ? [] : [{ name, type: parsed }]
  })
}

function tryParse(type: string) {
  try {
    return parseType(type)
  } catch (error) {
    if (error instanceof TypeSyntaxError) return undefined
    throw error
  }
}

function typeOf(
  sql: string,
  schema: Schema,
  config: Readonly<Record<string, string>>,
): { type?: string; diagnostics: readonly Diagnostic[] } {
  const { expression, diagnostics: syntax } = parseExpression(sql)
  if (expression === undefined || syntax.some((one) => one.severity === 'error')) return { diagnostics: syntax }
  const diagnostics: Diagnostic[] = []
  const context: BindingContext = {
    config,
    place: 'SELECT',
    report: (one) => diagnostics.push(one),
    resolveFunction: () => undefined,
  }
  const bound = bindExpression(expression, new SchemaScope(schema, 'T'), context)
  if (bound === undefined) return { diagnostics }
  return { type: printType(bound.type), diagnostics }
}

function describe(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => `${one.code} ${one.message}`).join('; ')
}
