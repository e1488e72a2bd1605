import { flushCompileCache } from 'node:module'
import { systemClock, uidMaker } from '@millrace/kit'
import { openStore } from '@millrace/store'
import pino from 'pino'
import { meteringConfig } from './config.ts'
import { runMetering } from './loop/run-metering.ts'
import { RATE_CARD_2026_01 } from './rates/rate-card.ts'

const config = meteringConfig()
const log = pino({ level: config.logLevel, base: { service: 'metering' } })
const store = openStore({
  apiUrl: config.apiUrl,
  systemUrl: config.systemUrl,
  poolSize: 2,
  acquireTimeoutMs: 3000,
  transactionTimeoutMs: 20_000,
})
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
process.on('SIGINT', () => stop.abort())

log.info({ pid: process.pid, card: RATE_CARD_2026_01.name }, 'metering is up')
flushCompileCache()
await runMetering(
  { store, clock: systemClock, newUid: uidMaker(systemClock), card: RATE_CARD_2026_01, log, passMs: config.passMs },
  stop.signal,
)
await store.close()
