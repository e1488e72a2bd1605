import type { ConnectorDescriptor } from '@millrace/engine/connector'

export const blackholeDescriptor: ConnectorDescriptor = {
  identifier: 'blackhole',
  doc: 'Takes every row and keeps none: for measuring.',
  options: [],
  optionPrefixes: [],
  formats: [],
  sink: { changelog: () => 'retract', metadata: {}, partitionedByKey: false, anywhere: true },
}
