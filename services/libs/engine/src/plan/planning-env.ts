import { parseDuration } from '@millrace/kit/duration'
import type { ConnectorCatalog } from '../connector/descriptor.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'
import { PlanProblem } from './plan-problem.ts'

/** What planning depends on besides the bound statement. */
export interface PlanningEnv {
  readonly session: SessionContext
  readonly connectors: ConnectorCatalog
}

/** A duration among the SET options, in ms. */
export function durationOption(options: Readonly<Record<string, string>>, key: string): number | undefined {
  const text = options[key]
  if (text === undefined) return undefined
  const value = parseDuration(text)
  if (value === undefined)
    throw new PlanProblem('SQL_OPTION_INVALID', `'${key}' is not a duration: '${text}'.`, "Write for example '5 s'.")
  return value
}

/** State time-to-live in ms; null = state is kept for ever. */
export function stateTtl(env: PlanningEnv): number | null {
  const ttl = durationOption(env.session.config, 'table.exec.state.ttl') ?? 0
  return ttl > 0 ? ttl : null
}
