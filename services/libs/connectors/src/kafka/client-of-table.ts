import type { ConnectorContext, ResolvedTable } from '@millrace/engine/connector'
import { connectionOptions } from './connection-options.ts'
import { KafkaClient } from './wire/client.ts'

/** A client for the table's cluster under its principal. Throws OPTION_INVALID. */
export function openClient(table: ResolvedTable, context: Pick<ConnectorContext, 'dial'>): KafkaClient {
  return new KafkaClient({ ...connectionOptions(table.options), dial: context.dial })
}
