import type { Clock, Logger, NewUid, RandomBytes } from '@millrace/kit'
import type { MasterKey, Peppers, Store } from '@millrace/store'
import type { OidcLogin } from './auth/oidc.ts'
import type { PageTokens } from './http/page-token.ts'
import type { SqlService } from './sql/sql-service.ts'

export interface Settings {
  readonly version: string
  readonly region: string
  /** Base URL that clients reach this API at. */
  readonly publicUrl: string
  /** Base URL of the region's data gateway, where record contents are served; the API's own where it serves them itself. */
  readonly dataEndpoint: string
  /** Sign-up answers with a key at once, without a mail to confirm. */
  readonly developmentSignUp: boolean
  readonly requestsPerMinute: number
  /** Bootstrap addresses of the built-in Kafka, or empty when there is none. */
  readonly kafkaBootstrap: string
  /** Lifetime of a session, ms. */
  readonly sessionMs: number
}

/** Everything that routes and use cases work with; main.ts constructs it, tests construct their own. */
export interface Context {
  readonly store: Store
  readonly clock: Clock
  readonly newUid: NewUid
  readonly random: RandomBytes
  readonly log: Logger
  readonly settings: Settings
  readonly keys: { readonly master: MasterKey; readonly peppers: Peppers; readonly readKey: Uint8Array }
  readonly pageTokens: PageTokens
  readonly sql: SqlService
  /** Tells the relay that the outbox has something; it would find it without. */
  readonly nudgeRelay: () => void
  readonly oidc: OidcLogin | null
}
