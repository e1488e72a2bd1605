import { csvFormat } from './csv/csv-format.ts'
import type { Format, FormatOptions } from './format.ts'
import { createJsonDecoder } from './json/json-decoder.ts'
import { createJsonEncoder } from './json/json-encoder.ts'
import { rawFormat } from './raw-format.ts'

const jsonFormat: Format = { identifier: 'json', createDecoder: createJsonDecoder, createEncoder: createJsonEncoder }

export const FORMATS: Readonly<Record<string, Format>> = { json: jsonFormat, csv: csvFormat, raw: rawFormat }

/** The options of one format out of a table's: `json.ignore-parse-errors`, with `prefix` 'value.' or 'key.' where the table has both. */
export function formatOptionsOf(
  table: Readonly<Record<string, string>>,
  { format, prefix, zone }: { readonly format: string; readonly prefix: '' | 'key.' | 'value.'; readonly zone: string },
): FormatOptions {
  const start = `${prefix}${format}.`
  const own = Object.entries(table).filter(([key]) => key.startsWith(start))
  return { options: Object.fromEntries(own.map(([key, value]) => [key.slice(start.length), value])), zone }
}
