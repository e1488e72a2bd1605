import type { ConnectorDescriptor } from '@millrace/engine/connector'

export const datagenDescriptor: ConnectorDescriptor = {
  identifier: 'datagen',
  doc: 'Generated rows: random values or sequences. Seeded, so that a restart gives the same rows.',
  options: [
    { key: 'rows-per-second', type: 'int', required: false, fallback: '10000', doc: 'Rows a second over all splits.' },
    { key: 'number-of-rows', type: 'int', required: false, doc: 'Rows in all; unbounded without it (unless a sequence ends).' },
    {
      key: 'seed',
      type: 'int',
      required: false,
      doc: 'Makes random values the same in every run; chosen at the first start by default.',
    },
    { key: 'splits', type: 'int', required: false, fallback: '4', doc: 'Parts that can be read in parallel.' },
  ],
  /** fields.<name>.kind | min | max | length | start | end | null-rate | max-past */
  optionPrefixes: ['fields.'],
  formats: [],
  source: {
    bounded: ({ options }) =>
      options['number-of-rows'] !== undefined ||
      Object.keys(options).some((k) => /^fields\..*\.kind$/.test(k) && options[k] === 'sequence'),
    changelog: () => 'append',
    metadata: {},
  },
  check: ({ options }) =>
    Object.entries(options).flatMap(([key, value]) =>
      /^fields\..*\.kind$/.test(key) && value !== 'random' && value !== 'sequence'
        ? [
            {
              code: 'SQL_INVALID',
              severity: 'error' as const,
              message: `'${key}' is '${value}'; it can be 'random' or 'sequence'`,
            },
          ]
        : [],
    ),
}
