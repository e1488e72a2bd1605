import { physicalTopic, topicPrefix, workspacePrincipal } from '@millrace/protocol'

type Options = Readonly<Record<string, string>>

/** Where the installation's own Kafka is; every workspace has a principal and a name space of its own on it. */
export interface BuiltInKafka {
  readonly bootstrap: string
  readonly saslMechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
}

/** Names of secrets that the service itself places begin with this. */
export const RESERVED = 'millrace:'
/** The workspace's sealed field that holds its principal's password, and the name under which it is handed to the worker. */
export const KAFKA_PASSWORD_FIELD = 'kafka_password'
export const KAFKA_PASSWORD = `${RESERVED}${KAFKA_PASSWORD_FIELD}`

/** A Kafka table that names no cluster is on the built-in one. */
export const isBuiltIn = (options: Options): boolean =>
  options['properties.bootstrap.servers'] === undefined && options['connection'] === undefined

/**
 * Options of a table on the built-in Kafka: the workspace's principal, and every name that reaches the broker under the
 * workspace's prefix, so that another workspace's physical name is only a longer name of one's own.
 */
export function onBuiltInKafka(options: Options, at: { readonly workspace: string; readonly kafka: BuiltInKafka }): Options {
  const { workspace, kafka } = at
  const prefix = topicPrefix(workspace)
  const out: Record<string, string> = {
    ...options,
    'properties.bootstrap.servers': kafka.bootstrap,
    'properties.security.protocol': 'SASL_PLAINTEXT',
    'properties.sasl.mechanism': kafka.saslMechanism,
    'properties.sasl.username': workspacePrincipal(workspace),
    'properties.sasl.password': `\${secret:${KAFKA_PASSWORD}}`,
    'sink.transactional-id-prefix': prefix + (options['sink.transactional-id-prefix'] ?? ''),
  }
  delete out['properties.sasl.jaas.config']
  const rewrite = (key: string, change: (value: string) => string) => {
    const value = options[key]
    if (value !== undefined) out[key] = change(value)
  }
  rewrite('topic', (list) =>
    list
      .split(/[;,]/)
      .map((topic) => physicalTopic(workspace, topic.trim()))
      .join(';'),
  )
  rewrite('error-handling.log.topic', (topic) => physicalTopic(workspace, topic))
  rewrite('topic-pattern', (pattern) =>
    alternatives(pattern)
      .map((part) => prefix.replaceAll('.', '[.]') + part)
      .join('|'),
  )
  rewrite('properties.group.id', (group) => prefix + group)
  return out
}

/** The pattern's top-level alternatives; `|` inside a character class or escaped does not part. */
function alternatives(pattern: string): string[] {
  return [...pattern.matchAll(/(?:\\.|\[(?:\\.|[^\]])*\]|[^|])+/g)].map((m) => m[0])
}
