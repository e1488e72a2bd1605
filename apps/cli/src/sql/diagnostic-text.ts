/** A mistake in SQL as a compiler shows it: place, line and caret. */
export interface ShownDiagnostic {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly hint?: string
  readonly span: { readonly start: number; readonly end: number }
}

export function diagnosticText(script: string, diagnostic: ShownDiagnostic, file: string | undefined): string {
  const { start, end } = diagnostic.span
  const before = script.slice(0, start)
  const line = before.split('\n').length
  const lineStart = before.lastIndexOf('\n') + 1
  const lineEnd = script.indexOf('\n', start)
  const text = script.slice(lineStart, lineEnd < 0 ? script.length : lineEnd)
  const column = start - lineStart + 1
  const width = Math.max(1, Math.min(end, lineStart + text.length) - start)
  const gutter = String(line)
  const lines = [
    `${file ?? 'sql'}:${line}:${column} ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}`,
    `  ${gutter} | ${text}`,
    `  ${' '.repeat(gutter.length)} | ${' '.repeat(column - 1)}${'^'.repeat(width)}`,
  ]
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${diagnostic.hint}`)
  return lines.join('\n')
}
