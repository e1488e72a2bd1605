import type { ConnectorDescriptor } from '@millrace/engine/connector'

const SCHEME = /^[a-z][a-z0-9+.-]*:/i

/** Why this path may not be used by a tenant; undefined when it may. A tenant's path is a key under the workspace's own root. */
export function pathMistake(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'holds a NUL'
  if (SCHEME.test(path)) return 'has a scheme'
  if (path.startsWith('/') || path.startsWith('\\')) return 'is absolute'
  if (path.split(/[/\\]/).includes('..')) return 'leaves its folder by ..'
  return undefined
}

export const filesystemDescriptor: ConnectorDescriptor = {
  identifier: 'filesystem',
  doc: 'Files under the workspace: lines of JSON or CSV. A sink writes part files that appear with each checkpoint (at least once).',
  options: [
    {
      key: 'path',
      type: 'string',
      required: true,
      doc: "A file or folder under the workspace's files; no scheme, no leading slash, no .. part.",
    },
    { key: 'format', type: 'enum', required: true, values: ['json', 'csv', 'raw'], doc: 'How a line is read or written.' },
    {
      key: 'source.monitor-interval',
      type: 'duration',
      required: false,
      doc: 'Look for new files this often; without it the table is bounded.',
    },
    {
      key: 'error-handling.mode',
      type: 'enum',
      required: false,
      fallback: 'fail',
      values: ['fail', 'ignore'],
      doc: 'What a line that cannot be read does: end the statement, or be skipped and counted.',
    },
  ],
  optionPrefixes: ['json.', 'csv.'],
  formats: ['json', 'csv', 'raw'],
  source: { bounded: ({ options }) => options['source.monitor-interval'] === undefined, changelog: () => 'append', metadata: {} },
  sink: { changelog: () => 'append', metadata: {}, partitionedByKey: false, anywhere: true },
}
