import type { ConnectorCatalog, ConnectorDescriptor } from '@millrace/engine/connector'
import type { Diagnostic } from '@millrace/engine/sql'

type Finding = Omit<Diagnostic, 'span'>

export interface TableUnderRules {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  readonly primaryKey: readonly string[]
}

/** Options that hold a secret whatever the connector says. */
const SECRET_NAME =
  /(^|[.\-_])(password|passwd|secret|jaas[.\-_]config|private[.\-_]key|token|credentials?|access[.\-_]key([.\-_]id)?)$/i
const REFERENCE = /^\$\{secret:[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?\}$/
/** What is refused of a table's options, whoever wrote them: in DDL, in an OPTIONS hint, in a stored plan. */
export function tableFindings(connectors: ConnectorCatalog, table: TableUnderRules): Finding[] {
  const identifier = table.options['connector']
  if (identifier === undefined) return secretFindings(undefined, table)
  const descriptor = Object.hasOwn(connectors.connectors, identifier) ? connectors.connectors[identifier] : undefined
  if (!descriptor) return [unknownConnector(connectors, identifier, table), ...secretFindings(undefined, table)]
  return [
    ...secretFindings(descriptor, table),
    ...pathFindings(table),
    ...optionFindings(connectors, descriptor, table),
    ...(descriptor.check?.({ options: table.options, primaryKey: table.primaryKey }) ?? []),
  ]
}

function unknownConnector(connectors: ConnectorCatalog, identifier: string, table: TableUnderRules): Finding {
  return {
    code: 'SQL_CONNECTOR_UNKNOWN',
    severity: 'error',
    message: `Table '${table.name}' uses the connector '${identifier}', which is not offered here.`,
    hint: `Connectors: ${Object.keys(connectors.connectors).sort().join(', ')}.`,
  }
}

/** A secret's value stands only where a secret is expected: anywhere else it would come back in a message or a name. */
function secretFindings(descriptor: ConnectorDescriptor | undefined, table: TableUnderRules): Finding[] {
  const declared = new Set(descriptor?.options.filter((o) => o.sensitive).map((o) => o.key))
  return Object.entries(table.options).flatMap(([key, value]): Finding[] => {
    const sensitive = declared.has(key) || SECRET_NAME.test(key)
    if (sensitive && !REFERENCE.test(value))
      return [
        {
          code: 'SECRET_IN_SQL',
          severity: 'error',
          message: `The option '${key}' of table '${table.name}' may not hold a literal.`,
          hint: 'Put it into a connection, or refer to ${secret:name}.',
        },
      ]
    if (!sensitive && value.includes('${secret:'))
      return [
        {
          code: 'SQL_OPTION_VALUE',
          severity: 'error',
          message: `The option '${key}' of table '${table.name}' holds no secret and may not refer to one.`,
        },
      ]
    return []
  })
}

/** A path is a key under the workspace's own root; the worker refuses it again when it opens it. */
function pathFindings(table: TableUnderRules): Finding[] {
  const path = table.options['path']
  if (path === undefined) return []
  const mistake = /^[a-z][a-z0-9+.-]*:/i.test(path)
    ? 'has a scheme'
    : /^[/\\]/.test(path)
      ? 'is absolute'
      : path.split(/[/\\]/).includes('..')
        ? 'leaves its folder by ..'
        : path === '' || path.includes('\0')
          ? 'is not a path'
          : null
  if (mistake === null) return []
  return [
    {
      code: 'PATH_NOT_CONFINED',
      severity: 'error',
      message: `The path of table '${table.name}' ${mistake}; it has to be a key under the workspace.`,
      hint: 'Use a relative path without .. and without a scheme.',
    },
  ]
}

/** What a connection may stand in for. */
const FROM_CONNECTION = /^properties\./

function optionFindings(connectors: ConnectorCatalog, descriptor: ConnectorDescriptor, table: TableUnderRules): Finding[] {
  const known = new Set(['connector', 'connection', ...descriptor.options.map((o) => o.key)])
  const prefixes = [...descriptor.optionPrefixes, ...formatPrefixes(connectors, descriptor)]
  const out: Finding[] = []
  for (const key of Object.keys(table.options)) {
    if (!known.has(key) && !prefixes.some((p) => key.startsWith(p)))
      out.push({
        code: 'SQL_OPTION_UNKNOWN',
        severity: 'error',
        message: `The connector '${descriptor.identifier}' of table '${table.name}' has no option '${key}'.`,
        hint: `Options: ${[...known].sort().join(', ')}.`,
      })
  }
  for (const option of descriptor.options) {
    if (
      option.required &&
      table.options[option.key] === undefined &&
      option.fallback === undefined &&
      !FROM_CONNECTION.test(option.key)
    )
      out.push({
        code: 'SQL_OPTION_MISSING',
        severity: 'error',
        message: `The connector '${descriptor.identifier}' of table '${table.name}' needs the option '${option.key}'.`,
        hint: option.doc,
      })
    const value = table.options[option.key]
    if (value !== undefined && option.values && !option.values.includes(value))
      out.push({
        code: 'SQL_OPTION_VALUE',
        severity: 'error',
        message: `The option '${option.key}' of table '${table.name}' is '${value}'.`,
        hint: `One of ${option.values.join(', ')}.`,
      })
  }
  return out
}

const formatPrefixes = (connectors: ConnectorCatalog, descriptor: ConnectorDescriptor): string[] =>
  descriptor.formats.filter((f) => Object.hasOwn(connectors.formats, f)).flatMap((f) => [`${f}.`, `value.${f}.`, `key.${f}.`])
