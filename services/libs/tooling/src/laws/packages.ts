/** The dependency laws as data: which package may import which, and which module alone may do what. */

export interface PackageLaw {
  /** Folder from the root. */
  readonly folder: string
  readonly name: string
  /** Workspace packages (with sub-path where only one is allowed) that it may import. */
  readonly mayImport: readonly string[]
}

const law = (folder: string, mayImport: readonly string[]): PackageLaw => ({
  folder,
  name: `@millrace/${folder.split('/').at(-1)}`,
  mayImport: mayImport.map((m) => `@millrace/${m}`),
})

export const PACKAGE_LAWS: readonly PackageLaw[] = [
  law('apps/cli', ['openapi', 'engine', 'connectors']),
  law('apps/console', ['openapi', 'engine/sql']),
  law('services/control-plane', [
    'kit',
    'protocol',
    'store',
    'queue',
    'kafka-admin',
    'engine/sql',
    'engine/connector',
    'connectors/descriptors',
  ]),
  law('services/scheduler', ['kit', 'protocol', 'store', 'queue', 'kafka-admin']),
  law('services/metering', ['kit', 'protocol', 'store', 'queue']),
  law('services/worker', ['kit', 'protocol', 'engine', 'connectors']),
  law('services/libs/kit', []),
  law('services/libs/protocol', ['kit']),
  law('services/libs/engine', ['kit']),
  law('services/libs/connectors', ['kit', 'engine']),
  law('services/libs/kafka-admin', ['kit', 'connectors/kafka-wire']),
  law('services/libs/store', ['kit', 'protocol']),
  law('services/libs/queue', ['kit', 'protocol']),
  law('services/libs/testkit', ['kit', 'launch']),
  law('services/libs/tooling', []),
  law('openapi', []),
  law('infra/launch', []),
  law('e2e', ['openapi', 'testkit', 'kit', 'launch']),
]

/** Tests may also use these. */
export const TEST_IMPORTS: readonly string[] = ['@millrace/testkit', '@millrace/kit', '@millrace/openapi']

export interface OwnedModule {
  readonly specifier: RegExp
  /** Path prefixes (files or folders) that may import it. */
  readonly owners: readonly string[]
  readonly what: string
}

export const OWNED_MODULES: readonly OwnedModule[] = [
  { specifier: /^(@prisma\/|prisma$)/, owners: ['services/libs/store/'], what: 'Prisma' },
  { specifier: /^bullmq$/, owners: ['services/libs/queue/'], what: 'BullMQ' },
  {
    specifier: /^kafkajs$/,
    owners: ['services/libs/kafka-admin/', 'services/libs/connectors/src/kafka/testing/', 'e2e/'],
    what: 'kafkajs',
  },
  { specifier: /^@platformatic\/kafka$/, owners: ['e2e/'], what: '@platformatic/kafka' },
  { specifier: /^openid-client$/, owners: ['services/control-plane/src/auth/'], what: 'openid-client' },
  { specifier: /^pg$/, owners: ['services/libs/store/', 'services/libs/queue/', 'services/libs/testkit/', 'e2e/'], what: 'pg' },
  { specifier: /^@aws-sdk\//, owners: ['services/libs/connectors/src/s3/'], what: 'the S3 client' },
  {
    specifier: /^node:(net|tls)$/,
    owners: ['services/libs/kit/src/dialler/', 'services/libs/testkit/', 'infra/', 'e2e/', 'apps/'],
    what: 'sockets',
  },
]

/** Packages that the engine may never know. */
export const ENGINE_FORBIDDEN = /^(@prisma\/|prisma$|fastify|@fastify\/|bullmq$|kafkajs$|@platformatic\/|pg$|pino$|@aws-sdk\/)/
