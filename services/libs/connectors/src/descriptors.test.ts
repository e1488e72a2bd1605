import { compileScript, EMPTY_SESSION } from '@millrace/engine/local'
import { describe, expect, it } from 'vitest'
import { connectorCatalog } from './descriptors.ts'

describe('a sink whose rows any writer may write', () => {
  it.each([
    ['filesystem', `'path' = 'out', 'format' = 'json'`],
    ['print', ''],
    ['blackhole', ''],
  ])('%s is written to on the thread that has the row', (connector, options) => {
    const settings = [`'connector' = '${connector}'`, options].filter((text) => text !== '').join(', ')
    const { plans, diagnostics } = compileScript(
      `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen');
       CREATE TABLE target (n BIGINT) WITH (${settings});
       INSERT INTO target SELECT n FROM numbers`,
      EMPTY_SESSION,
      connectorCatalog,
    )
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
    const sink = plans[0]!.operators.find((op) => op.body.kind === 'Sink')!
    expect(sink.inputs.map((input) => input.distribution)).toEqual([{ kind: 'forward' }])
  })
})
