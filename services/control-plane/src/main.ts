import { readFileSync } from 'node:fs'
import { systemClock, systemRandom, uidMaker } from '@millrace/kit'
import { openWakeUps } from '@millrace/queue'
import { masterKeyFrom, openStore } from '@millrace/store'
import { pino } from 'pino'
import { openIdLogin } from './auth/openid-login.ts'
import { controlPlaneConfig, pepperTable } from './config.ts'
import { pageTokens } from './http/page-token.ts'

import { kafkaPrincipals } from './provisioning/kafka-principals.ts'
import { engineSql } from './sql/engine-sql.ts'
import { startService } from './start-service.ts'

const config = controlPlaneConfig()
const log = pino({ name: 'control-plane', level: config.logLevel })
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const publicUrl = config.publicUrl || `http://${config.host}:${config.port}`
const readKey = Buffer.from(config.readKey, 'hex')

const kafka =
  config.kafkaBootstrap === ''
    ? null
    : kafkaPrincipals({
        bootstrap: config.kafkaBootstrap,
        username: config.kafkaAdminUser,
        password: config.kafkaAdminPassword,
        now: systemClock.now,
      })

const running = await startService({
  context: {
    store: openStore({
      apiUrl: config.apiDatabaseUrl,
      systemUrl: config.systemDatabaseUrl,
      poolSize: config.poolSize,
      acquireTimeoutMs: config.acquireTimeoutMs,
      transactionTimeoutMs: config.transactionTimeoutMs,
    }),
    clock: systemClock,
    newUid: uidMaker(systemClock),
    random: systemRandom,
    log,
    settings: {
      version,
      region: config.region,
      publicUrl,
      dataEndpoint: config.dataEndpoint || publicUrl,
      developmentSignUp: config.developmentSignUp,
      requestsPerMinute: config.requestsPerMinute,
      kafkaBootstrap: config.kafkaBootstrap,
      sessionMs: config.sessionHours * 3_600_000,
    },
    keys: { master: masterKeyFrom(config.masterKey), peppers: pepperTable(config.pepper), readKey },
    pageTokens: pageTokens(readKey),
    sql: engineSql,
    oidc:
      config.oidcIssuer === ''
        ? null
        : openIdLogin({
            issuer: config.oidcIssuer,
            clientId: config.oidcClientId,
            clientSecret: config.oidcClientSecret,
            insecure: config.oidcInsecure,
          }),
  },
  wakeUps: openWakeUps({ url: config.queueUrl, log, poolSize: 4, concurrency: 8, dropWakeUps: config.dropWakeUps }),
  kafka,
  listen: { host: config.host, port: config.port },
  parts: config.parts,
})
log.info({ address: running.address, region: config.region }, 'control plane is ready')

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'control plane stops')
    Promise.all([running.stop(), kafka?.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'control plane did not stop cleanly')
        process.exit(1)
      },
    )
  })
}
