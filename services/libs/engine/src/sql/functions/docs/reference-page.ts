/** The reference page of functions, made from the table. */
import type { FunctionCategory, FunctionDefinition } from '../function-definition.ts'
import { BUILT_IN_FUNCTIONS } from '../function-table.ts'
import { FUNCTION_DOCS } from './function-docs.ts'

const TITLES: Readonly<Record<FunctionCategory, string>> = {
  comparison: 'Comparison',
  logical: 'Logic',
  arithmetic: 'Arithmetic',
  string: 'Strings',
  temporal: 'Dates and times',
  conditional: 'Conditions',
  conversion: 'Conversion',
  collection: 'Arrays and maps',
  'value construction': 'Making nested values',
  'value access': 'Reading nested values',
  json: 'JSON',
  variant: 'Variants',
  hash: 'Hashes',
  bitmap: 'Bitmaps',
  auxiliary: 'Others',
  aggregate: 'Aggregates and OVER functions',
  'time window': 'Parts of group windows',
  table: 'Table functions',
  pattern: 'In MATCH_RECOGNIZE',
}

/** What is written like a function or an operator and is neither. */
const FORMS = [
  '## Forms',
  '',
  '| form | what it does |',
  '|---|---|',
  '| `CASE WHEN condition THEN a … [ELSE b] END` | The result of the first branch whose condition is TRUE, NULL without ELSE. Results share a type. |',
  '| `CASE value WHEN x THEN a … [ELSE b] END` | The result of the first branch whose value is equal. |',
  '| `CAST(value AS type)` | The value as another type; what cannot be converted fails the statement. |',
  '| `TRY_CAST(value AS type)` | The value as another type; NULL for what cannot be converted. |',
  '| `a [NOT] BETWEEN [SYMMETRIC] b AND c` | TRUE from b to c, both included; SYMMETRIC takes the bounds in either order. |',
  '| `a [NOT] IN (query)` | TRUE if a row of the query equals a. |',
  '| `[NOT] EXISTS (query)` | TRUE if the query has a row. |',
].join('\n')

/** Markdown. Every function of the table must be documented. */
export function referencePage(): string {
  const sections = Object.entries(TITLES).map(([category, title]) => section(title, category as FunctionCategory))
  return [
    '# Functions and operators',
    'Generated from the table of functions; do not edit. All of Flink SQL 2.3; types are those that Flink infers.',
    FORMS,
    ...sections,
  ]
    .join('\n\n')
    .concat('\n')
}

function section(title: string, category: FunctionCategory): string {
  const rows = BUILT_IN_FUNCTIONS.filter((definition) => definition.category === category).map(row)
  return [`## ${title}`, '', '| function | arguments | what it does |', '|---|---|---|', ...rows].join('\n')
}

function row(definition: FunctionDefinition): string {
  const doc = FUNCTION_DOCS[definition.name]
  if (doc === undefined) throw new Error(`Function ${definition.name} has no documentation`)
  const usage = doc.usage ?? `${definition.name}(${definition.parameters.join(', ')})`
  const text = [doc.text, ...notes(definition), ...(doc.example === undefined ? [] : [`\`${doc.example}\``])].join(' ')
  return `| \`${escapeCell(usage)}\` | ${escapeCell(signatures(definition))} | ${escapeCell(text)} |`
}

function signatures({ args }: FunctionDefinition): string {
  return args.signatures.map((signature) => (signature === '' ? 'none' : `\`${signature}\``)).join(' or ')
}

function notes({ aliases, determinism, mode, since }: FunctionDefinition): string[] {
  return [
    ...(aliases.length > 0 ? [`Also ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
    ...(determinism === 'deterministic' ? [] : ['Not deterministic.']),
    ...(mode === 'batch' ? ['Not over streams.'] : []),
    ...(since === undefined ? [] : [`Since Flink ${since}: refused here.`]),
  ]
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
