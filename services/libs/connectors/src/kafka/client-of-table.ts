import type { ConnectorContext, Dial, ResolvedTable } from '@millrace/engine/connector'
import { connectionKey, connectionOptions } from './connection-options.ts'
import { KafkaClient } from './wire/client.ts'

/** A client of its own for the table's cluster under its principal. Throws OPTION_INVALID. */
export function openClient(table: ResolvedTable, context: Pick<ConnectorContext, 'dial'>): KafkaClient {
  return new KafkaClient({ ...connectionOptions(table.options), dial: context.dial })
}

const shared = new WeakMap<Dial, Map<string, KafkaClient>>()

/**
 * For the small requests of a coordinator: one client for all tables of a statement on the same cluster under the same principal, so
 * that a start costs one handshake. Each holder closes it once; the last close ends it.
 */
export function openSharedClient(table: ResolvedTable, context: Pick<ConnectorContext, 'dial'>): KafkaClient {
  const options = connectionOptions(table.options)
  const key = JSON.stringify([connectionKey(options), options])
  const clients = shared.get(context.dial) ?? new Map<string, KafkaClient>()
  shared.set(context.dial, clients)
  const current = clients.get(key)
  if (current && !current.signal.aborted) return current.retain()
  const client = new KafkaClient({ ...options, dial: context.dial })
  clients.set(key, client)
  return client
}
