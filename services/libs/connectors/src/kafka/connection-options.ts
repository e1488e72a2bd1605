/** From a table's `properties.*` to how its cluster is reached. Pure. */
import type { SaslMechanism, SaslOptions } from './wire/authenticate.ts'
import { KafkaError } from './wire/kafka-error.ts'

export interface ConnectionOptions {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[]
  readonly sasl?: SaslOptions
  /** Present = encrypted. */
  readonly tls?: { readonly ca?: string }
  readonly clientId: string
}

type Options = Readonly<Record<string, string>>

const MECHANISMS: readonly SaslMechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
const PROTOCOLS = new Set(['PLAINTEXT', 'SASL_PLAINTEXT', 'SSL', 'SASL_SSL'])
const CLIENT_ID = 'millrace'

/** Throws OPTION_INVALID with a sentence for the person who wrote the options. */
export function connectionOptions(options: Options): ConnectionOptions {
  const protocol = (options['properties.security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  const bootstrap = parseBootstrap(options['properties.bootstrap.servers'] ?? '')
  const clientId = options['properties.client.id'] ?? CLIENT_ID
  if (!PROTOCOLS.has(protocol)) {
    throw invalid(`'properties.security.protocol' is ${protocol}; ${[...PROTOCOLS].join(', ')} are offered`)
  }
  return {
    bootstrap,
    clientId,
    ...(protocol.startsWith('SASL') ? { sasl: parseSasl(options) } : {}),
    ...(protocol.endsWith('SSL') ? { tls: parseTls(options) } : {}),
  }
}

/** Two tables with the same key are served by the same cluster under the same principal. */
export function connectionKey(options: ConnectionOptions): string {
  const { bootstrap, sasl, tls } = options
  return JSON.stringify([tls !== undefined, bootstrap.map((b) => `${b.host}:${b.port}`).sort(), sasl?.mechanism, sasl?.username])
}

function parseBootstrap(text: string): ConnectionOptions['bootstrap'] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) throw invalid(`'properties.bootstrap.servers' is missing`)
  return entries.map((entry) => {
    const [, host = '', portText = ''] = /^(?:[A-Z_]+:\/\/)?(.+):(\d+)$/.exec(entry) ?? []
    const port = Number(portText)
    if (host === '' || port < 1 || port > 65_535) throw invalid(`'properties.bootstrap.servers': ${entry} is not host:port`)
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
  })
}

function parseSasl(options: Options): SaslOptions {
  const name = (options['properties.sasl.mechanism'] ?? 'PLAIN').toUpperCase()
  const mechanism = MECHANISMS.find((m) => m === name)
  if (!mechanism) throw invalid(`'properties.sasl.mechanism' is ${name}; ${MECHANISMS.join(', ')} are offered`)
  const jaas = options['properties.sasl.jaas.config']
  const username = options['properties.sasl.username'] ?? (jaas === undefined ? undefined : jaasField(jaas, 'username'))
  const password = options['properties.sasl.password'] ?? (jaas === undefined ? undefined : jaasField(jaas, 'password'))
  if (username === undefined || password === undefined) {
    throw invalid(`SASL needs 'properties.sasl.username' and 'properties.sasl.password', or 'properties.sasl.jaas.config'`)
  }
  return { mechanism, username, password }
}

/** Trust as the Java client's PEM options say it; stores in files are not read. */
function parseTls(options: Options): { readonly ca?: string } {
  const type = options['properties.ssl.truststore.type']
  const ca = options['properties.ssl.truststore.certificates']
  if ((type !== undefined && type.toUpperCase() !== 'PEM') || options['properties.ssl.truststore.location'] !== undefined) {
    throw invalid(`give trusted certificates as PEM text in 'properties.ssl.truststore.certificates'`)
  }
  if (options['properties.ssl.endpoint.identification.algorithm'] === '') {
    throw invalid(`'properties.ssl.endpoint.identification.algorithm' may not be empty: the broker's name is always verified`)
  }
  return ca === undefined ? {} : { ca: ca.replaceAll('\\n', '\n') }
}

/** A field of a JAAS line: `… required username="u" password='p';` with backslash escapes. */
function jaasField(jaas: string, field: string): string | undefined {
  const match = new RegExp(`\\b${field}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)')`).exec(jaas)
  return (match?.[1] ?? match?.[2])?.replace(/\\(.)/g, '$1')
}

function invalid(message: string): KafkaError {
  return new KafkaError('OPTION_INVALID', message)
}
