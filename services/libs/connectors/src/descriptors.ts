/** The connectors as planning and validation see them: pure data, without any client. */
import type { ConnectorCatalog } from '@millrace/engine/connector'
import { formatDescriptors } from '@millrace/engine/formats/descriptors'
import { blackholeDescriptor } from './blackhole/descriptor.ts'
import { datagenDescriptor } from './datagen/descriptor.ts'
import { filesystemDescriptor } from './filesystem/descriptor.ts'
import { kafkaDescriptor, upsertKafkaDescriptor } from './kafka/descriptor.ts'
import { nexmarkDescriptor } from './nexmark/descriptor.ts'
import { printDescriptor } from './print/descriptor.ts'

export const connectorCatalog: ConnectorCatalog = {
  connectors: {
    blackhole: blackholeDescriptor,
    datagen: datagenDescriptor,
    filesystem: filesystemDescriptor,
    kafka: kafkaDescriptor,
    nexmark: nexmarkDescriptor,
    print: printDescriptor,
    'upsert-kafka': upsertKafkaDescriptor,
  },
  formats: formatDescriptors,
}
