import pg from 'pg'

export interface BootstrapOptions {
  /** Connection of a superuser to any database of the server. */
  readonly adminUrl: string
  readonly database: string
  readonly passwords: { readonly owner: string; readonly api: string; readonly system: string; readonly bullmq: string }
}

/** The connection strings that the processes of an installation use, one per database role. */
export interface DatabaseUrls {
  readonly owner: string
  readonly api: string
  readonly system: string
  readonly bullmq: string
}

const ROLES = [
  { name: 'millrace_owner', attributes: 'LOGIN NOSUPERUSER BYPASSRLS', password: 'owner' },
  { name: 'millrace_api', attributes: 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', password: 'api' },
  { name: 'millrace_system', attributes: 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', password: 'system' },
  { name: 'bullmq', attributes: 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', password: 'bullmq' },
  { name: 'millrace_lookup', attributes: 'NOLOGIN NOSUPERUSER BYPASSRLS', password: undefined },
] as const

/**
 * Makes the roles and the database of an installation where they are missing, and sets the roles' passwords. Idempotent. Managed
 * Postgres services do the same with their own tools; the product's processes never hold this connection.
 */
export async function bootstrapDatabase(options: BootstrapOptions): Promise<DatabaseUrls> {
  await withClient(options.adminUrl, async (client) => {
    for (const role of ROLES)
      await ensureRole(client, role, role.password === undefined ? undefined : options.passwords[role.password])
    await client.query('GRANT millrace_lookup TO millrace_owner WITH INHERIT FALSE, SET TRUE')
    const there = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [options.database])
    if (there.rowCount === 0) {
      const name = client.escapeIdentifier(options.database)
      await client.query(`CREATE DATABASE ${name} OWNER millrace_owner`)
      await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
      await client.query(`GRANT CONNECT ON DATABASE ${name} TO millrace_api, millrace_system, bullmq`)
      // BullMQ runs CREATE SCHEMA IF NOT EXISTS whenever it migrates, which Postgres refuses without this right even for its own schema.
      await client.query(`GRANT CREATE ON DATABASE ${name} TO bullmq`)
    }
  })
  const url = new URL(options.adminUrl)
  url.pathname = `/${options.database}`
  await withClient(url.href, async (client) => {
    await client.query('CREATE SCHEMA IF NOT EXISTS millrace AUTHORIZATION millrace_owner')
    await client.query('CREATE SCHEMA IF NOT EXISTS bullmq AUTHORIZATION bullmq')
    // Giving a function to a role needs CREATE on its schema for that role; it is NOLOGIN, so nobody can use it.
    await client.query('GRANT CREATE, USAGE ON SCHEMA millrace TO millrace_lookup')
  })
  const as = (user: string, password: string): string => {
    const out = new URL(url)
    out.username = user
    out.password = password
    return out.href
  }
  const { owner, api, system, bullmq } = options.passwords
  return {
    owner: as('millrace_owner', owner),
    api: as('millrace_api', api),
    system: as('millrace_system', system),
    bullmq: as('bullmq', bullmq),
  }
}

async function ensureRole(client: pg.Client, role: (typeof ROLES)[number], password: string | undefined): Promise<void> {
  const there = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role.name])
  const secret = password === undefined ? '' : ` PASSWORD ${client.escapeLiteral(password)}`
  await client.query(`${there.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role.name} ${role.attributes}${secret}`)
}

async function withClient(connectionString: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString, application_name: 'millrace-bootstrap' })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
