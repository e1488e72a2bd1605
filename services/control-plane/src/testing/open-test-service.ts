import { type Clock, seededRandom, silentLogger, uidMaker } from '@millrace/kit'
import { masterKeyFrom } from '@millrace/store'
import { openTestStore, type TestStore } from '@millrace/store/testing'
import { type App, buildApp } from '../app.ts'
import type { Context } from '../context.ts'
import { pageTokens } from '../http/page-token.ts'
import { engineSql } from '../sql/engine-sql.ts'

export interface TestService {
  readonly app: App
  readonly ctx: Context
  readonly database: TestStore
  readonly clock: Clock & { advance(ms: number): void }
  stop(): Promise<void>
}

/** The control plane on a real Postgres of its own; requests go in by `app.inject`. Time is set, randomness is seeded. */
export async function openTestService(seed: number, change: Partial<Context> = {}): Promise<TestService> {
  let nowMs = Date.UTC(2026, 2, 1, 12)
  const clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms
    },
    advance: (ms: number) => {
      nowMs += ms
    },
  }
  const draw = seededRandom(seed)
  const random = (n: number) => Uint8Array.from({ length: n }, () => Math.floor(draw() * 256))
  const database = await openTestStore(new Date(nowMs))
  const key = (byte: number) => new Uint8Array(32).fill(byte)

  const ctx: Context = {
    store: database.store,
    clock,
    newUid: uidMaker(clock, random),
    random,
    log: silentLogger,
    settings: {
      version: 'test',
      region: 'local',
      publicUrl: 'http://127.0.0.1:21000',
      dataEndpoint: 'http://127.0.0.1:21000',
      developmentSignUp: true,
      requestsPerMinute: 100_000,
      kafkaBootstrap: '127.0.0.1:9092',
      sessionMs: 3_600_000,
    },
    keys: { master: masterKeyFrom('22'.repeat(32)), peppers: new Map([[1, key(3)]]), readKey: key(4) },
    pageTokens: pageTokens(key(5)),
    sql: engineSql,
    nudgeRelay: () => {},
    oidc: null,
    ...change,
  }
  const app = await buildApp(ctx)
  await app.ready()
  return {
    app,
    ctx,
    database,
    clock,
    stop: async () => {
      await app.close()
      await database.stop()
    },
  }
}
