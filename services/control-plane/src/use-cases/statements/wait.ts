import { findStatement, type Statement } from '@millrace/store'
import type { Context } from '../../context.ts'
import { openScope } from '../../http/transactions.ts'
import { RESTING } from './statements.ts'

const POLL_MS = 100
const WAIT_MS_MAX = 60_000

export interface WaitQuery {
  readonly wait?: string | undefined
  readonly for?: string | undefined
}

/**
 * Long poll: returns the statement when it reaches phase `for`, rests in another, or the time is over; null when it is gone. Each
 * look is its own short transaction.
 */
export async function waitForPhase(
  ctx: Context,
  at: { readonly org: string; readonly workspace: string; readonly name: string },
  query: WaitQuery,
): Promise<Statement | null> {
  const look = () => openScope(ctx, at.org, (scope) => findStatement(scope, at))
  const until = ctx.clock.monotonic() + Math.min(WAIT_MS_MAX, Number((query.wait ?? '0s').slice(0, -1)) * 1000)
  const wanted = query.for ?? 'RUNNING'
  for (;;) {
    const found = await look()
    if (!found || found.phase === wanted || RESTING.includes(found.phase)) return found
    if (ctx.clock.monotonic() >= until) return found
    await ctx.clock.sleep(POLL_MS)
  }
}
