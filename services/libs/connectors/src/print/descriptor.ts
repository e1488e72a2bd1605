import type { ConnectorDescriptor } from '@millrace/engine/connector'

export const printDescriptor: ConnectorDescriptor = {
  identifier: 'print',
  doc: "Writes each row to the statement's log, as +I[1, a].",
  options: [
    { key: 'print-identifier', type: 'string', required: false, doc: 'Text before each row, then >.' },
    {
      key: 'standard-error',
      type: 'boolean',
      required: false,
      fallback: 'false',
      doc: 'Accepted as in Flink; both go to the log.',
    },
  ],
  optionPrefixes: [],
  formats: [],
  sink: { changelog: () => 'retract', metadata: {}, partitionedByKey: false, anywhere: true },
}
