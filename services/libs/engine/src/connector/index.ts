export { type Batch, type Lease, ROW_KIND } from '../data/batch.ts'
export { type BytesVector, representationOf, type Vector } from '../data/vector.ts'
export type { ResolvedColumn, ResolvedTable } from '../plan/physical.ts'
export type { Schema } from '../sql/bound/rel.ts'
export type { LogicalType } from '../sql/types/logical-type.ts'
export type { ConnectorContext } from './context.ts'
export type {
  ChangelogKind,
  ConnectorCatalog,
  ConnectorDescriptor,
  FormatDescriptor,
  OptionDescriptor,
  TableOptions,
} from './descriptor.ts'
export type { Dial, ReadInto } from './dial.ts'
export { ConnectorFailure } from './failure.ts'
export type { ConnectorModule, ConnectorRegistry } from './registry.ts'
export {
  type CheckpointTruth,
  type CommittedPointer,
  FencedError,
  type SinkFactory,
  type SinkWriter,
  type TransactionHandle,
} from './sink.ts'
export type { SourceBatch, SourceFactory, SourceMetrics, SourceReader, SplitEnumerator, SplitState } from './source.ts'
