import type { ChangelogKind, ConnectorCatalog, ConnectorDescriptor, TableOptions } from '../connector/descriptor.ts'

const CHANGELOGS: readonly ChangelogKind[] = ['append', 'upsert', 'retract']

function changelogOf({ options }: TableOptions): ChangelogKind {
  return CHANGELOGS.find((kind) => kind === options['changelog']) ?? 'append'
}

/** Tables given as rows (`memory-connector.ts`); `changelog` says which kinds of change they hold or take. */
export const memoryDescriptor: ConnectorDescriptor = {
  identifier: 'memory',
  doc: 'Rows that stand in the options, for tests.',
  options: [
    { key: 'rows', type: 'string', required: false, doc: 'JSON array of {op, values}.' },
    { key: 'batch-rows', type: 'int', required: false, fallback: '1', doc: 'Rows of a batch.' },
    { key: 'splits', type: 'int', required: false, fallback: '1', doc: 'Parts that can be read in parallel.' },
    { key: 'hold-after', type: 'int', required: false, doc: 'Rows after which no more come.' },
    { key: 'path', type: 'string', required: false, doc: 'Folder of a sink.' },
    { key: 'changelog', type: 'enum', required: false, fallback: 'append', values: CHANGELOGS, doc: 'Kinds of change.' },
  ],
  optionPrefixes: ['scan.', 'sink.'],
  formats: [],
  source: { bounded: () => true, changelog: changelogOf, metadata: {} },
  sink: { changelog: changelogOf, metadata: {}, partitionedByKey: true },
}

export const memoryCatalog: ConnectorCatalog = { connectors: { memory: memoryDescriptor }, formats: {} }
