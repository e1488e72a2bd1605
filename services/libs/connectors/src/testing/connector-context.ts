/** A connector's surroundings for tests: fixed time and seed, everything observable. */
import type { ConnectorContext } from '@millrace/engine/connector'
import { seededRandom } from '@millrace/kit'

export function testContext(
  overrides: Partial<ConnectorContext> = {},
): ConnectorContext & { readonly printed: string[]; readonly counted: Record<string, number> } {
  const printed: string[] = []
  const counted: Record<string, number> = {}
  return {
    installation: 'test',
    statementVersion: 'v1',
    epoch: 1,
    subtask: 0,
    parallelism: 1,
    now: () => 1_767_225_600_000,
    random: seededRandom(7),
    dial: () => Promise.reject(new Error('no network in this test')),
    filesRoot: undefined,
    log: () => {},
    print: (line) => printed.push(line),
    config: {},
    checkpointIntervalMs: 1000,
    count: (metric, by) => {
      counted[metric] = (counted[metric] ?? 0) + by
    },
    printed,
    counted,
    ...overrides,
  }
}
