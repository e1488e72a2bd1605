import { silentLogger, systemClock, systemRandom, uidMaker } from '@millrace/kit'
import type { Store } from '@millrace/store'
import { buildApp } from '../app.ts'
import type { Context } from '../context.ts'
import { pageTokens } from '../http/page-token.ts'

const refuse = (): never => {
  throw new Error('the description of the API is made without a database')
}

/** The OpenAPI document as the routes state it. Needs no database: no handler runs. */
export async function openApiDocument(): Promise<object> {
  const store: Store = { withTenant: refuse, withSystem: refuse, withoutTenant: refuse, close: async () => {} }
  const none = new Uint8Array(32)
  const context: Context = {
    store,
    clock: systemClock,
    newUid: uidMaker(systemClock),
    random: systemRandom,
    log: silentLogger,
    settings: {
      version: '',
      region: '',
      publicUrl: 'http://localhost',
      dataEndpoint: 'http://localhost',
      developmentSignUp: true,
      requestsPerMinute: 1,
      kafkaBootstrap: '',
      sessionMs: 1,
    },
    keys: { master: { id: '', key: none }, peppers: new Map(), readKey: none },
    pageTokens: pageTokens(none),
    sql: { compile: refuse, check: refuse, explain: refuse, format: refuse },
    nudgeRelay: () => {},
    oidc: null,
  }
  const app = await buildApp(context)
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
}

/** The committed form: two spaces, a newline at the end. */
export const documentText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`
