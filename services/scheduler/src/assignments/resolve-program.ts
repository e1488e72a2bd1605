import {
  findConnectionByName,
  loadProgram,
  type MasterKey,
  openSecrets,
  type RunnableStatement,
  type SystemTx,
} from '@millrace/store'
import { type BuiltInKafka, isBuiltIn, KAFKA_PASSWORD, KAFKA_PASSWORD_FIELD, onBuiltInKafka, RESERVED } from './built-in-kafka.ts'
import { KAFKA_CONNECTORS, parsePlan, type Table } from './physical-tables.ts'
import type { PreparedProgram, ProgramSource } from './program-source.ts'

type Options = Readonly<Record<string, string>>

/** Fields of a Kafka connection's spec and the table options that they become. */
const CONNECTION_OPTIONS: Readonly<Record<string, string>> = {
  bootstrap_servers: 'properties.bootstrap.servers',
  security_protocol: 'properties.security.protocol',
  sasl_mechanism: 'properties.sasl.mechanism',
  sasl_username: 'properties.sasl.username',
}
const CONNECTION_SECRETS: Readonly<Record<string, string>> = {
  sasl_password: 'properties.sasl.password',
}

/** Programs with tables resolved: built-in Kafka or a named connection, secrets by reference beside them. */
export function resolvedPrograms(given: { readonly master: MasterKey; readonly kafka: BuiltInKafka | null }): ProgramSource {
  return async (tx, { statement, version }) => {
    const text = await loadProgram(tx, version)
    if (text === null) return null
    const plan = parsePlan(text)
    if (!plan) return 'The program of this version cannot be read.'
    const secrets: Record<string, string> = {}
    const operators = []
    for (const operator of plan.operators) {
      const { table } = operator.body
      if (!table) operators.push(operator)
      else {
        const options = await resolveTable(tx, { table, statement, secrets, ...given })
        if (typeof options === 'string') return options
        operators.push({ ...operator, body: { ...operator.body, table: { ...table, options } } })
      }
    }
    const prepared: PreparedProgram = { program: { ...plan, operators }, secrets }
    return prepared
  }
}

interface Resolving {
  readonly table: Table
  readonly statement: RunnableStatement
  readonly secrets: Record<string, string>
  readonly master: MasterKey
  readonly kafka: BuiltInKafka | null
}

async function resolveTable(tx: SystemTx, r: Resolving): Promise<Options | string> {
  const { options, connector } = r.table
  // These secrets are the service's to place: a table may not name them and send them elsewhere.
  if (Object.values(options).some((value) => value.includes(`\${secret:${RESERVED}`)))
    return 'A table option names a reserved secret.'
  if (options['connection'] !== undefined) return await throughConnection(tx, r, options['connection'])
  if (KAFKA_CONNECTORS.has(connector) && isBuiltIn(options) && r.kafka) {
    const { org, workspace } = r.statement
    const own = await opened(tx, r.master, { org, resource: workspace })
    if (typeof own === 'string') return own
    const password = own[KAFKA_PASSWORD_FIELD]
    if (password === undefined) return 'The Kafka principal of this workspace is not set up yet.'
    r.secrets[KAFKA_PASSWORD] = password
    return onBuiltInKafka(options, { workspace, kafka: r.kafka })
  }
  return options
}

/** The connection's options stand before the table's own, except where it says how to reach and who one is. */
async function throughConnection(tx: SystemTx, r: Resolving, name: string): Promise<Options | string> {
  const { org, workspace } = r.statement
  const { connection: _named, ...own } = r.table.options
  const connection = await findConnectionByName(tx, { org, workspace, name })
  if (!connection) return `There is no connection ${name} any more.`
  const out: Record<string, string> = { ...own }
  const spec = (connection.spec[connection.type] ?? connection.spec) as Readonly<Record<string, unknown>>
  for (const [field, option] of Object.entries(CONNECTION_OPTIONS)) {
    const value = spec[field]
    if (value !== undefined && value !== null) out[option] = Array.isArray(value) ? value.join(',') : String(value)
  }
  const secrets = await opened(tx, r.master, { org, resource: connection.uid })
  if (typeof secrets === 'string') return secrets
  for (const [field, value] of Object.entries(secrets)) {
    const reference = `${RESERVED}connection:${name}:${field}`
    r.secrets[reference] = value
    const option = CONNECTION_SECRETS[field]
    if (option) out[option] = `\${secret:${reference}}`
  }
  return out
}

/** A value that does not open (another master key, a tampered row) is this statement's failure, not its neighbours'. */
async function opened(
  tx: SystemTx,
  master: MasterKey,
  of: { readonly org: string; readonly resource: string },
): Promise<Readonly<Record<string, string>> | string> {
  try {
    return await openSecrets(tx, master, of)
  } catch {
    return 'The secrets that this statement needs cannot be opened.'
  }
}
