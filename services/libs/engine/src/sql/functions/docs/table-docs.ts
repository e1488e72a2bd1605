import type { FunctionDoc, FunctionDocs } from './function-doc.ts'

/** START, END, ROWTIME and PROCTIME of one kind of legacy group window. */
function windowParts(window: string): Readonly<Record<string, FunctionDoc>> {
  return {
    [`${window}_START`]: { text: `The first moment of the ${window} group window.` },
    [`${window}_END`]: { text: `The moment right behind the ${window} group window.` },
    [`${window}_ROWTIME`]: { text: `The last moment of the ${window} group window, as an event-time attribute.` },
    [`${window}_PROCTIME`]: { text: `The processing time of the ${window} group window, as a time attribute.` },
  }
}

export const TABLE_DOCS: FunctionDocs = {
  ...windowParts('TUMBLE'),
  ...windowParts('HOP'),
  ...windowParts('SESSION'),
  GROUPING: { text: '1 if the column is left out of the grouping set of this row, 0 if it is not.' },
  GROUPING_ID: { text: 'The GROUPING of several columns as the bits of one number.' },
  GROUP_ID: { text: 'A number that tells equal grouping sets apart.' },
  TUMBLE: {
    usage: 'TUMBLE(TABLE t, DESCRIPTOR(time), size [, offset])',
    text: 'Windows of a fixed size one after the other; adds window_start, window_end and window_time.',
  },
  HOP: {
    usage: 'HOP(TABLE t, DESCRIPTOR(time), slide, size [, offset])',
    text: 'Windows of a fixed size, one beginning every slide: a row is in several.',
  },
  CUMULATE: {
    usage: 'CUMULATE(TABLE t, DESCRIPTOR(time), step, size [, offset])',
    text: 'Windows with one start that grow by a step up to a size.',
  },
  SESSION: {
    usage: 'SESSION(TABLE t [PARTITION BY k], DESCRIPTOR(time), gap)',
    text: 'Windows that end where no row came for the gap.',
  },
  UNNEST: {
    usage: 'UNNEST(collection) [WITH ORDINALITY]',
    text: 'A row for each element of an array or multiset, or entry of a map.',
  },
  ML_PREDICT: { usage: 'ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(columns) [, config])', text: "The rows with a model's outputs." },
  ML_EVALUATE: { text: "A model's metrics over rows with known labels." },
  VECTOR_SEARCH: {
    usage: 'VECTOR_SEARCH(TABLE t, DESCRIPTOR(index), vector, k [, config])',
    text: 'The rows whose vectors are nearest to one, with a score.',
  },
  TO_CHANGELOG: {
    usage: 'TO_CHANGELOG(input => TABLE t, …)',
    text: 'The changes of an updating table as rows with a column for the kind of change.',
  },
  FROM_CHANGELOG: {
    usage: 'FROM_CHANGELOG(input => TABLE t, …)',
    text: 'An updating table from rows with a column for the kind of change.',
  },
  FIRST: { text: 'A value of the first row that a pattern variable matched, or of the one some rows behind it.' },
  LAST: { text: 'A value of the last row that a pattern variable matched, or of the one some rows before it.' },
  PREV: { text: 'A value of the row some rows before.' },
  NEXT: { text: 'A value of the row some rows behind.' },
  MATCH_ROWTIME: { text: 'The event time of the last row of the match, as a time attribute.' },
  MATCH_PROCTIME: { text: 'The processing time of the match, as a time attribute.' },
}
