/** Data in, text out: commands return data and know nothing of how it is shown. */

export type OutputFormat = 'table' | 'json' | 'jsonl'

export interface Column<T> {
  readonly title: string
  readonly value: (item: T) => unknown
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Width on a terminal: wide characters count two, combining ones none. */
function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (/\p{Mark}/u.test(character) || code < 32) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(character) ||
      code > 0x1f300
        ? 2
        : 1
  }
  return width
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)))

/** Left-aligned columns, two blanks apart, a line of titles. */
export function tableText(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, i) => Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[i] ?? ''))))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => pad(cell, widths[i]!))
      .join('  ')
      .trimEnd()
  return [titles, ...rows].map((row) => `${line(row)}\n`).join('')
}

export function renderList<T>(items: readonly T[], columns: readonly Column<T>[], format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(items, null, 2)}\n`
  if (format === 'jsonl') return items.map((item) => `${JSON.stringify(item)}\n`).join('')
  if (items.length === 0) return '(none)\n'
  return tableText(
    columns.map((c) => c.title),
    items.map((item) => columns.map((c) => cellText(c.value(item)))),
  )
}

export function renderOne<T>(item: T, columns: readonly Column<T>[], format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(item, null, 2)}\n`
  if (format === 'jsonl') return `${JSON.stringify(item)}\n`
  return tableText(
    ['field', 'value'],
    columns.map((c) => [c.title, cellText(c.value(item))]),
  )
}
