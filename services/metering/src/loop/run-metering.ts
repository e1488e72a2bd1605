import type { Logger } from '@millrace/kit'
import { type MeteringParts, meteringPass } from './metering-pass.ts'

/** Passes until `signal` aborts; while the store is away the minutes wait, and are written afterwards. */
export async function runMetering(
  parts: MeteringParts & { readonly log: Logger; readonly passMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, passMs } = parts
  let failing = false
  while (!signal.aborted) {
    try {
      const written = await meteringPass(parts)
      if (written > 0) log.debug({ written }, 'ledger rows written')
      if (failing) log.info({}, 'metering goes on')
      failing = false
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'metering waits for the store')
      failing = true
    }
    await clock.sleep(passMs, signal)
  }
}
