import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from './generated/client.ts'

/** A transaction of one organization, as millrace_api: row-level security shows and accepts that organization's rows only. */
export type TenantTx = Prisma.TransactionClient & { readonly __role: 'tenant' }
/** A transaction of the service itself, as millrace_system: every organization's rows of the tables it is granted. */
export type SystemTx = Prisma.TransactionClient & { readonly __role: 'system' }

export interface StoreOptions {
  readonly apiUrl: string
  readonly systemUrl: string
  readonly poolSize: number
  /** How long a caller waits for a free connection, and how long one transaction may last, in ms. */
  readonly acquireTimeoutMs: number
  readonly transactionTimeoutMs: number
}

export interface Store {
  /**
   * Runs `fn` in a short transaction of `org`. `fn` does nothing but SQL: it may run no other I/O and wait for nothing else.
   */
  withTenant<T>(org: string, fn: (tx: TenantTx) => Promise<T>): Promise<T>
  /** As withTenant, for the service's own work across organizations. */
  withSystem<T>(fn: (tx: SystemTx) => Promise<T>): Promise<T>
  /** Runs `fn` as millrace_api without an organization: for the look-ups that find out which organization a credential belongs to. */
  withoutTenant<T>(fn: (tx: LookupTx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A connection as millrace_api with no organization set: tenant tables have no rows here, only look-up functions answer. */
export type LookupTx = Prisma.TransactionClient & { readonly __role: 'lookup' }

const ORG = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function client(connectionString: string, options: StoreOptions, name: string): PrismaClient {
  const adapter = new PrismaPg(
    {
      connectionString,
      max: options.poolSize,
      connectionTimeoutMillis: options.acquireTimeoutMs,
      application_name: name,
      keepAlive: true,
    },
    { schema: 'millrace' },
  )
  return new PrismaClient({
    adapter,
    errorFormat: 'minimal',
    transactionOptions: { maxWait: options.acquireTimeoutMs, timeout: options.transactionTimeoutMs },
  })
}

/** Opens both roles' pools; connections are made on first use, so this succeeds while Postgres is away. */
export function openStore(options: StoreOptions): Store {
  const api = client(options.apiUrl, options, 'millrace-api')
  const system = client(options.systemUrl, options, 'millrace-system')
  return {
    withTenant: (org, fn) => {
      if (!ORG.test(org)) throw new Error('withTenant: the organization is not a uid')
      return api.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('millrace.org', ${org}, true)`
        return await fn(tx as TenantTx)
      })
    },
    withSystem: (fn) => system.$transaction((tx) => fn(tx as SystemTx)),
    withoutTenant: (fn) => fn(api as unknown as LookupTx),
    close: async () => {
      await Promise.all([api.$disconnect(), system.$disconnect()])
    },
  }
}
