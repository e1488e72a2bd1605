/**
 * The catalogue of errors: one entry a code. `domain` decides log level and alerting, `retry` decides restart or fail,
 * `status` is the HTTP answer, `suggestion` is what the person can do. Message templates name their parameters in braces.
 */
export type ErrorDomain = 'user' | 'external' | 'internal'
export type RetryAdvice = 'never' | 'backoff'

export interface ErrorEntry {
  readonly domain: ErrorDomain
  readonly retry: RetryAdvice
  readonly status: number
  readonly title: string
  readonly message: string
  readonly suggestion: string
}

type Row = readonly [status: number, title: string, message: string, suggestion: string]

const user = ([status, title, message, suggestion]: Row): ErrorEntry => ({
  domain: 'user',
  retry: 'never',
  status,
  title,
  message,
  suggestion,
})
const external = (title: string, message: string, suggestion: string): ErrorEntry => ({
  domain: 'external',
  retry: 'backoff',
  status: 503,
  title,
  message,
  suggestion,
})

export const ERRORS = {
  // requests
  BODY_NOT_JSON: user([
    400,
    'The body is not JSON',
    'The request body could not be read as JSON: {reason}',
    'Send a JSON object with Content-Type: application/json.',
  ]),
  REQUEST_INVALID: user([
    400,
    'The request does not fit the schema',
    '{detail}',
    'Compare the request with the operation in /openapi.json.',
  ]),
  PAGE_TOKEN_INVALID: user([
    400,
    'The page token is not valid',
    'The page token was made for another request or was changed.',
    'Start again without a page token.',
  ]),
  UNAUTHENTICATED: user([401, 'No valid credential', '{detail}', 'Send Authorization: Bearer <API key>, or sign in again.']),
  KEY_EXPIRED: user([401, 'The API key has expired', 'The key {id} expired at {at}.', 'Create a new key or rotate it.']),
  KEY_REVOKED: user([401, 'The API key was revoked', 'The key {id} was revoked.', 'Create a new key.']),
  PERMISSION_DENIED: user([
    403,
    'The permission is missing',
    'This needs the permission {permission}.',
    'Ask an administrator of the organization for a role that has it.',
  ]),
  NOT_FOUND: user([404, 'There is no such resource', 'There is no {what}.', 'Check the name and the workspace.']),
  METHOD_NOT_ALLOWED: user([
    405,
    'The method is not allowed here',
    'This resource has no {method}; it has {allowed}.',
    'Compare the request with the operation in /openapi.json.',
  ]),
  NAME_TAKEN: user([
    409,
    'The name is taken',
    'A {kind} named {name} already exists.',
    'Choose another name or delete the other first.',
  ]),
  CONFLICT: user([
    409,
    'The request conflicts with the state of the resource',
    '{detail}',
    'Read the resource again and repeat.',
  ]),
  WORKSPACE_NOT_EMPTY: user([
    409,
    'The workspace is not empty',
    'The workspace {name} still has {what}.',
    'Delete what it holds, or pass cascade=true.',
  ]),
  PRECONDITION_FAILED: user([
    412,
    'The resource has changed',
    'If-Match does not name the current version.',
    'Read the resource again and repeat with its ETag.',
  ]),
  BODY_TOO_LARGE: user([413, 'The request is too large', 'The body is larger than {limit} bytes.', 'Send a smaller body.']),
  UNSUPPORTED_MEDIA_TYPE: user([
    415,
    'The content type is not supported',
    'The content type {type} is not read here.',
    'Send application/json; PATCH also takes application/merge-patch+json.',
  ]),
  IDEMPOTENCY_KEY_REUSED: user([
    422,
    'The idempotency key was used for another request',
    'The key was used with another method, path or body.',
    'Use a new key for a new request.',
  ]),
  IDEMPOTENCY_IN_FLIGHT: user([
    409,
    'The same request is in flight',
    'A request with this idempotency key has not finished.',
    'Repeat it later.',
  ]),
  PRECONDITION_REQUIRED: user([
    428,
    'If-Match is required',
    'This operation needs an If-Match header.',
    'Send the ETag of the version that you read.',
  ]),
  RATE_LIMITED: user([
    429,
    'Too many requests',
    'The limit of {limit} requests in {window} is used up.',
    'Wait as long as Retry-After says.',
  ]),
  QUOTA_EXCEEDED: user([
    403,
    'The quota is used up',
    'The quota {name} allows {limit}.',
    'Free something or ask for a larger quota.',
  ]),
  RESULTS_GONE: user([
    410,
    'These results are gone',
    'The page is older than what the worker still holds, or belongs to an earlier run.',
    'Read from the oldest row again.',
  ]),
  RESULTS_UNAVAILABLE: {
    domain: 'internal',
    retry: 'backoff',
    status: 503,
    title: 'Results cannot be read right now',
    message: '{detail}',
    suggestion: 'Repeat the request; the statement has to be on a worker.',
  },
  SERVICE_UNAVAILABLE: {
    domain: 'internal',
    retry: 'backoff',
    status: 503,
    title: 'The control plane is not available',
    message: 'The control plane cannot reach its database.',
    suggestion: 'Repeat the request; running statements go on meanwhile.',
  },
  // SQL
  SQL_TOO_LONG: user([
    400,
    'The statement is too long',
    'The SQL text has {length} characters; {limit} are allowed.',
    'Split it into several statements or views.',
  ]),
  SQL_INVALID: user([400, 'The SQL does not compile', '{detail}', 'See errors[] for position and hint.']),
  SECRET_IN_SQL: user([
    400,
    'A secret stands in the SQL',
    'The option {option} may not hold a literal.',
    'Put it into a connection, or refer to ${secret:name}.',
  ]),
  SQL_UNSUPPORTED: user([400, 'The statement is not offered here', '{detail}', 'See the list of supported statements.']),
  PATH_NOT_CONFINED: user([
    400,
    'The path leaves the workspace',
    'The path {path} is not a key under the workspace.',
    'Use a relative path without .. and without a scheme.',
  ]),
  // what a syntax diagnostic says (in errors[] of SQL_INVALID)
  SQL_SYNTAX: user([
    400,
    'The SQL does not follow the grammar',
    '{found}: expected {expected}.',
    'See the hint and the statement reference.',
  ]),
  SQL_QUERY_EXPECTED: user([
    400,
    'A query is expected',
    'An expression stands where only a query can.',
    'Write SELECT, VALUES, or a query in parentheses.',
  ]),
  SQL_QUERY_NOT_ALLOWED: user([
    400,
    'A query cannot stand here',
    'A query stands where only an expression can.',
    'Put the query in parentheses, or join it in FROM.',
  ]),
  SQL_TOO_DEEP: user([
    400,
    'The SQL is nested too deep',
    'The statement is nested or chained deeper than {limit} levels.',
    'Move inner queries into views or WITH; use IN for long chains of OR.',
  ]),
  SQL_NAME_TOO_LONG: user([
    400,
    'A name is too long',
    'The name {name} is longer than {limit} characters.',
    'Choose a shorter name.',
  ]),
  SQL_INVALID_NAME: user([
    400,
    'A quoted name is not valid',
    '{detail}',
    'Put the name between two back-ticks on one line; write a back-tick inside as two.',
  ]),
  SQL_INVALID_LITERAL: user([400, 'A literal is not valid', '{detail}', 'See the hint for the form of this literal.']),
  SQL_INVALID_CHARACTER: user([
    400,
    'A character is not part of SQL',
    '{found} is not part of SQL.',
    'Names are quoted with back-ticks, strings with single quotes.',
  ]),
  SQL_UNTERMINATED_STRING: user([
    400,
    'A string is not closed',
    'The string is not closed.',
    "Add a quote; write a quote inside as ''.",
  ]),
  SQL_UNTERMINATED_COMMENT: user([400, 'A comment is not closed', 'The comment is not closed.', 'Add */.']),
  // statements at run time
  RECORD_MALFORMED: user([
    400,
    'A record could not be decoded',
    'Partition {partition}, offset {offset} of {table}: {reason}',
    "Fix the producer, or set 'error-handling.mode' to 'ignore' or 'log'.",
  ]),
  VALUE_INVALID: user([400, 'A value could not be computed', '{detail}', 'Use TRY_CAST, or filter such rows first.']),
  NOT_NULL_VIOLATED: user([
    400,
    'A NULL reached a NOT NULL column',
    'Column {column} of {table} is NOT NULL.',
    "Filter such rows, or set 'table.exec.sink.not-null-enforcer' to 'DROP'.",
  ]),
  TOPIC_UNKNOWN: user([
    400,
    'The topic does not exist',
    'There is no topic {topic}.',
    'Create the topic, or correct the table option.',
  ]),
  TOPIC_AUTHORIZATION: user([
    403,
    'The topic is not permitted',
    'The principal may not {operation} {topic}.',
    'Grant the right on the topic to the principal.',
  ]),
  TOPIC_RECREATED: user([
    409,
    'The topic was created again',
    'The topic {topic} was deleted and created again; positions of the old one mean nothing in it.',
    'Start the statement anew with a start position of your choice.',
  ]),
  OFFSET_MISSING: user([
    409,
    'The start position does not exist',
    '{detail}',
    "Set 'properties.auto.offset.reset' to earliest or latest, or choose another 'scan.startup.mode'.",
  ]),
  OPTION_INVALID: user([400, 'An option of the table is not usable', '{detail}', 'See the options of the connector.']),
  ADDRESS_REFUSED: user([
    403,
    'The address may not be reached from here',
    '{address} is in a private or special network.',
    'Use a public address, or ask the operator to allow this one.',
  ]),
  KAFKA_AUTHENTICATION: user([
    401,
    'Kafka refused the credentials',
    '{detail}',
    'Check mechanism, user name and password of the connection.',
  ]),
  STATE_LIMIT: user([
    400,
    'The state is over its hard limit',
    'The state holds {bytes} bytes; {limit} are allowed.',
    'Use a window or table.exec.state.ttl, a larger pool, or the Flink runtime.',
  ]),
  BROKER_UNREACHABLE: external(
    'Kafka does not answer',
    'No broker of {servers} answers: {reason}',
    'The statement goes on by itself when a broker answers.',
  ),
  UPSTREAM_TRANSACTION_OPEN: external(
    'A producer has left a transaction open',
    'A producer has left a transaction open in {partition}: nothing after offset {offset} can be read.',
    'End the transaction of that producer; the broker aborts it after its time-out.',
  ),
  KAFKA_REQUEST_FAILED: external('Kafka refused a request', '{api}: {error}', 'Check the topic, the rights and the broker log.'),
  TRANSACTION_FENCED: {
    domain: 'internal',
    retry: 'backoff',
    status: 500,
    title: 'Another run owns the transactions',
    message: 'A newer epoch fenced {id}.',
    suggestion: 'Nothing to do: the newer run goes on.',
  },
  CHECKPOINT_STORE_FULL: external(
    'The checkpoint store is full',
    'Writing {key} failed: {reason}',
    'Free space in the store; the statement goes on from its last checkpoint.',
  ),
  CHECKPOINT_STORE_UNREACHABLE: external(
    'The checkpoint store does not answer',
    '{key}: {reason}',
    'The statement goes on by itself when the store answers.',
  ),
  CHECKPOINT_TIMEOUT: external(
    'A checkpoint takes too long',
    'Checkpoint {number} was not complete after {ms} ms.',
    'The statement goes on from its last checkpoint. If this repeats, give it more CU or look at what holds back its sinks.',
  ),
  CHECKPOINT_MISSING: {
    domain: 'internal',
    retry: 'never',
    status: 500,
    title: 'A checkpoint is missing',
    message: 'Checkpoint {number} was committed but cannot be found: {reason}',
    suggestion: 'Restore from a savepoint, or contact support; the statement never starts afresh by itself.',
  },
  WORKER_LOST: {
    domain: 'internal',
    retry: 'backoff',
    status: 500,
    title: 'The worker was lost',
    message: 'The worker {worker} stopped reporting.',
    suggestion: 'Nothing to do: the statement is placed again.',
  },
  WORKER_OUT_OF_MEMORY: {
    domain: 'internal',
    retry: 'backoff',
    status: 500,
    title: 'The worker ran out of memory',
    message: 'The worker {worker} ran out of memory.',
    suggestion: 'Use a larger pool if this repeats.',
  },
  POOL_EXHAUSTED: user([
    409,
    'The pool has no free capacity',
    'The pool {pool} is at its limit of {limit} CU.',
    'Raise max_cu or stop other statements.',
  ]),
  INTERNAL: {
    domain: 'internal',
    retry: 'backoff',
    status: 500,
    title: 'Something went wrong on our side',
    message: '{detail}',
    suggestion: 'Repeat the request; give the request id to support if it persists.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

/** Fills the template of `code`; a parameter that is not given stays visible as its name in braces. */
export function errorMessage(code: ErrorCode, parameters: Readonly<Record<string, string | number>> = {}): string {
  return ERRORS[code].message.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in parameters ? String(parameters[name]) : whole,
  )
}

/** An error with an entry in the catalogue; what crosses a package's border is always one of these. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly parameters: Readonly<Record<string, string | number>>
  constructor(code: ErrorCode, parameters: Readonly<Record<string, string | number>> = {}, options: { cause?: unknown } = {}) {
    super(errorMessage(code, parameters), options)
    this.code = code
    this.parameters = parameters
  }
  get entry(): ErrorEntry {
    return ERRORS[this.code]
  }
}
