import type { FunctionDocs } from './function-doc.ts'

export const TEMPORAL_DOCS: FunctionDocs = {
  CURRENT_DATE: { usage: 'CURRENT_DATE', text: "Today in the session's time zone." },
  CURRENT_TIME: { usage: 'CURRENT_TIME', text: "The time of day in the session's time zone." },
  CURRENT_TIMESTAMP: { usage: 'CURRENT_TIMESTAMP', text: 'The current instant; over a stream of each record.' },
  LOCALTIME: { usage: 'LOCALTIME', text: "The time of day in the session's time zone." },
  LOCALTIMESTAMP: { usage: 'LOCALTIMESTAMP', text: "The current timestamp without zone, in the session's time zone." },
  NOW: { text: 'The current instant, like CURRENT_TIMESTAMP.' },
  CURRENT_ROW_TIMESTAMP: { text: 'The current instant, evaluated for each record in every mode.' },
  PROCTIME: { text: 'The processing time as a time attribute, for computed columns and windows.' },
  UNIX_TIMESTAMP: {
    usage: 'UNIX_TIMESTAMP(), UNIX_TIMESTAMP(string [, format])',
    text: "Seconds since 1970, of now or of a text in the session's time zone.",
  },
  YEAR: { text: 'The year.' },
  QUARTER: { text: 'The quarter, 1 to 4.' },
  MONTH: { text: 'The month, 1 to 12.' },
  WEEK: { text: 'The ISO week of the year, 1 to 53.' },
  DAYOFYEAR: { text: 'The day of the year, 1 to 366.' },
  DAYOFMONTH: { text: 'The day of the month, 1 to 31.' },
  DAYOFWEEK: { text: 'The day of the week, 1 for Sunday to 7 for Saturday.' },
  HOUR: { text: 'The hour, 0 to 23.' },
  MINUTE: { text: 'The minute, 0 to 59.' },
  SECOND: { text: 'The second, 0 to 59.' },
  EXTRACT: {
    usage: 'EXTRACT(unit FROM moment)',
    text: 'A part of a moment or an interval as a BIGINT: YEAR, QUARTER, MONTH, WEEK, DAY, DOW, DOY, HOUR, MINUTE, SECOND, MILLISECOND, EPOCH and others.',
    example: "EXTRACT(DAY FROM DATE '2026-06-05') → 5",
  },
  'FLOOR TO': { usage: 'FLOOR(moment TO unit)', text: 'The moment rounded down to a unit.' },
  'CEIL TO': { usage: 'CEIL(moment TO unit)', text: 'The moment rounded up to a unit.' },
  OVERLAPS: {
    usage: '(start, end) OVERLAPS (start, end)',
    text: 'TRUE if two periods have a moment in common; an interval may stand for an end.',
  },
  TIMESTAMPADD: { text: 'A moment that many units later. A DATE stays one unless hours or smaller units are added.' },
  TIMESTAMPDIFF: {
    text: 'How many whole units the second moment is later than the first.',
    example: "TIMESTAMPDIFF(DAY, DATE '2026-01-01', DATE '2026-01-31') → 30",
  },
  MINUS_DATE: { usage: '(a - b) unit', text: 'The interval between two moments.' },
  DATE_FORMAT: {
    text: "A timestamp written by a pattern of Java's date letters.",
    example: "DATE_FORMAT(TIMESTAMP '2026-01-02 03:04:05', 'yyyy/MM') → '2026/01'",
  },
  TO_DATE: { text: "The date that a text gives, by 'yyyy-MM-dd' or another pattern; NULL where it gives none." },
  TO_TIMESTAMP: {
    text: "The timestamp that a text gives, by 'yyyy-MM-dd HH:mm:ss' or another pattern; NULL where it gives none.",
  },
  TO_TIMESTAMP_LTZ: {
    usage: 'TO_TIMESTAMP_LTZ(number [, precision]), TO_TIMESTAMP_LTZ(string [, format [, zone]])',
    text: 'An instant from a number since 1970 in units of 10^-precision seconds (3 when left out), or from a text in UTC or a zone.',
  },
  FROM_UNIXTIME: { text: "Seconds since 1970 written in the session's time zone, by 'yyyy-MM-dd HH:mm:ss' or another pattern." },
  CONVERT_TZ: {
    text: "A text 'yyyy-MM-dd HH:mm:ss' of one time zone as the text of another.",
    example: "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'Asia/Tokyo') → '1970-01-01 09:00:00'",
  },
  SOURCE_WATERMARK: { text: 'Stands in a WATERMARK clause for the watermark that the source makes itself.' },
  CURRENT_WATERMARK: { text: 'The watermark that this record was met by; NULL before the first one.' },
}
