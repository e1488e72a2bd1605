import { randomInt } from 'node:crypto'
import { KafkaAdmin } from '@millrace/kafka-admin'
import { createDialler, createSocketOpener } from '@millrace/kit/dialler'
import type { KafkaPrincipals } from './kafka-ready.ts'

export interface KafkaAdminAccess {
  /** host:port, separated by commas. */
  readonly bootstrap: string
  readonly username: string
  readonly password: string
  readonly now: () => number
}

const MECHANISM = 'SCRAM-SHA-256'

/** The built-in Kafka's users and rights, as its admin; may dial exactly its own addresses and public ones. */
export function kafkaPrincipals(access: KafkaAdminAccess): KafkaPrincipals & { close(): Promise<void> } {
  const bootstrap = access.bootstrap.split(',').map((a) => a.trim())
  const policy = { allowedAddresses: bootstrap }
  const admin = new KafkaAdmin({
    bootstrap,
    sasl: { mechanism: MECHANISM, username: access.username, password: access.password },
    clientId: 'millrace-control-plane',
    dial: createDialler(policy),
    openSocket: createSocketOpener(policy),
    now: access.now,
    random: () => randomInt(2 ** 47) / 2 ** 47,
  })
  return {
    createPrincipal: (username, password) => admin.principals.createPrincipal(username, password),
    grantPrefixedAcls: (username, prefix) => admin.principals.grantPrefixedAcls(username, prefix),
    close: () => admin.close(),
  }
}
