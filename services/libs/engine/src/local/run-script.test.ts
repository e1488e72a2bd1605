import { expect, test } from 'vitest'
import { testPlan } from '../runtime/testing/test-plan.ts'
import { runLocal } from './run-script.ts'

const modules = {
  connectorModule: new URL('../runtime/testing/test-connectors.ts', import.meta.url).href,
  operatorModule: new URL('../runtime/testing/test-operators.ts', import.meta.url).href,
}
const plan = (source: Record<string, string>) => testPlan({ source, sinkFolder: '', operator: 'none', collect: true })

test('a SELECT gives its rows one by one and ends with the input', async () => {
  const values: unknown[] = []
  const report = await runLocal({
    ...modules,
    plan: plan({ rows: '2500' }),
    onRow: ({ op, row }) => void values.push([op, row[1]]),
  })
  expect(report.state).toBe('FINISHED')
  expect(values).toEqual([...Array(2_500).keys()].map((i) => ['+I', i]))
})

test('a signal stops an endless SELECT', async () => {
  const stop = new AbortController()
  let rows = 0
  const onRow = (): void => {
    if (++rows === 10) stop.abort()
  }
  const report = await runLocal({ ...modules, plan: plan({ rows: '100', endless: 'true' }), onRow, signal: stop.signal })
  expect(report).toMatchObject({ state: 'STOPPED', failure: null })
})
