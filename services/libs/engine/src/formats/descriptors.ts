/** What planning and validation know of the formats. */
import type { FormatDescriptor, OptionDescriptor } from '../connector/descriptor.ts'

const flag = (key: string, doc: string): OptionDescriptor => ({ key, type: 'boolean', required: false, fallback: 'false', doc })
const text = (key: string, doc: string, fallback?: string): OptionDescriptor => ({
  key,
  type: 'string',
  required: false,
  ...(fallback === undefined ? {} : { fallback }),
  doc,
})

const json: FormatDescriptor = {
  identifier: 'json',
  doc: 'One JSON object a record; an array gives one row an element.',
  options: [
    flag('fail-on-missing-field', 'Whether a missing field is an error instead of NULL.'),
    flag('ignore-parse-errors', 'Whether a field that does not fit becomes NULL and an unreadable record is skipped.'),
    {
      key: 'timestamp-format.standard',
      type: 'enum',
      required: false,
      fallback: 'SQL',
      values: ['SQL', 'ISO-8601'],
      doc: "SQL: '2026-01-01 10:00:00.123'; ISO-8601: '2026-01-01T10:00:00.123'.",
    },
    {
      key: 'map-null-key.mode',
      type: 'enum',
      required: false,
      fallback: 'FAIL',
      values: ['FAIL', 'DROP', 'LITERAL'],
      doc: 'What happens to a NULL key of a map when it is written.',
    },
    text('map-null-key.literal', 'The text for a NULL key under the mode LITERAL.', 'null'),
    flag('encode.decimal-as-plain-number', 'Whether decimals are never written in scientific notation.'),
    flag('encode.ignore-null-fields', 'Whether NULL fields are left out.'),
  ],
}

const csv: FormatDescriptor = {
  identifier: 'csv',
  doc: 'One line of delimited text a record.',
  options: [
    text('field-delimiter', 'The character between fields.', ','),
    flag('disable-quote-character', 'Whether quotes have no meaning.'),
    text('quote-character', 'The character around a field that holds special characters.', '"'),
    flag('allow-comments', 'Whether lines that start with # are skipped.'),
    flag('ignore-parse-errors', 'Whether a field that does not fit becomes NULL and an unreadable line is skipped.'),
    text('array-element-delimiter', 'The text between elements of an array or row.', ';'),
    text('escape-character', 'The character that takes the meaning from the next one.'),
    text('null-literal', 'The text that means NULL.'),
  ],
}

const raw: FormatDescriptor = { identifier: 'raw', doc: 'One column: the bytes of the record as they are.', options: [] }

export const formatDescriptors: Readonly<Record<string, FormatDescriptor>> = { json, csv, raw }
