import type { ConnectorDescriptor } from '@millrace/engine/connector'

export const nexmarkDescriptor: ConnectorDescriptor = {
  identifier: 'nexmark',
  doc: 'The Nexmark auction stream, seeded: event n is the same in every run.',
  options: [
    {
      key: 'entity',
      type: 'enum',
      required: false,
      fallback: 'all',
      values: ['all', 'person', 'auction', 'bid'],
      doc: 'all: the columns event_type, person, auction, bid (rows); otherwise the flat columns of that entity.',
    },
    {
      key: 'next-event.rate',
      type: 'int',
      required: false,
      fallback: '10000',
      doc: 'Events a second of event time (persons, auctions and bids together).',
    },
    { key: 'events.num', type: 'int', required: false, fallback: '0', doc: 'Events in all; 0 = unbounded.' },
    {
      key: 'max-emit-speed',
      type: 'boolean',
      required: false,
      fallback: 'false',
      doc: 'Emit as fast as they are taken instead of at the rate.',
    },
    { key: 'seed', type: 'int', required: false, fallback: '42', doc: 'Another seed gives another stream.' },
    {
      key: 'base-time',
      type: 'string',
      required: false,
      doc: "Event time of the first event ('2026-01-01 00:00:00'); the time of the first start by default.",
    },
    { key: 'splits', type: 'int', required: false, fallback: '4', doc: 'Parts that can be read in parallel.' },
  ],
  optionPrefixes: [],
  formats: [],
  source: {
    bounded: ({ options }) => Number(options['events.num'] ?? 0) > 0,
    changelog: () => 'append',
    metadata: {},
  },
}
