import { MillraceError } from '@millrace/protocol'
import { type Granularity, USAGE_GROUPS, type UsageGroup, type UsageQuery } from '@millrace/store'

const DAY_MS = 86_400_000
/** Most lines one answer holds; a longer span takes a coarser granularity. */
const LINES_MAX = 10_000

export interface UsageRequest {
  readonly from?: string
  readonly to?: string
  readonly granularity?: string
  readonly group_by?: string
}

/** The span asked for: whole minutes in UTC, the current month without one. Throws REQUEST_INVALID. */
export function usageSpan(request: UsageRequest, now: Date): UsageQuery {
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
  const from = request.from === undefined ? month : instant(request.from)
  const to = request.to === undefined ? new Date(now.getTime() + 60_000) : instant(request.to)
  if (from >= to) throw new MillraceError('REQUEST_INVALID', { detail: 'from must lie before to.' })
  if (to.getTime() - from.getTime() > 400 * DAY_MS)
    throw new MillraceError('REQUEST_INVALID', { detail: 'The span is longer than 400 days.' })
  const groups = (request.group_by ?? '').split(',').filter((g) => g !== '')
  const unknown = groups.find((g) => !(USAGE_GROUPS as readonly string[]).includes(g))
  if (unknown !== undefined)
    throw new MillraceError('REQUEST_INVALID', {
      detail: `group_by knows ${USAGE_GROUPS.join(', ')}; ${unknown} is none of them.`,
    })
  const granularity = (request.granularity ?? 'total') as Granularity
  return { from, to, groupBy: [...new Set(groups)] as UsageGroup[], granularity, limit: LINES_MAX }
}

function instant(text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new MillraceError('REQUEST_INVALID', { detail: `${text} is not an instant.` })
  return at
}
