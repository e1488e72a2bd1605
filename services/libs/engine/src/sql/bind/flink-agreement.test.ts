import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SessionContext } from '../catalog/catalog.ts'
import { printType } from '../types/print-type.ts'
import { analyzeScript } from './analyze-script.ts'
import { assertSound, sessionOf } from './bind-fixture.ts'
import type { ConnectorFacts } from './binder-state.ts'

/** What Flink 2.3.0's planner said of these statements; in a script they change the catalog for those behind them. */
interface Answer {
  readonly sql: string
  readonly accepted: boolean
}

interface Answers {
  readonly sets: readonly {
    readonly ddl: readonly string[]
    readonly queries: readonly { readonly sql: string; readonly types?: readonly string[]; readonly refused?: true }[]
  }[]
  /** Over the tables of the first set. */
  readonly scripts: readonly (readonly Answer[])[]
  /** The same, into sinks with primary keys that take updates by key. */
  readonly upserts: readonly Answer[]
}

const answers: Answers = JSON.parse(readFileSync(new URL('./testdata/flink-answers.json', import.meta.url), 'utf8'))

const EMPTY: SessionContext = {
  catalogs: { default_catalog: { databases: { default_database: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'default_catalog',
  currentDatabase: 'default_database',
  config: {},
}

describe('agreement with Flink 2.3.0', () => {
  test.each(answers.sets)('queries have its types, or are refused as it does', ({ ddl, queries }) => {
    const session = sessionOf(ddl.join(';\n'), EMPTY)
    const ours = queries.map(({ sql }) => {
      const { statements, diagnostics } = analyzeScript(sql, session)
      const bound = statements.at(-1)?.bound
      if (bound?.kind !== 'Query' || diagnostics.some(({ severity }) => severity === 'error')) return { sql, refused: true }
      assertSound(bound)
      return { sql, types: bound.query.schema.map((field) => printType(field.type)) }
    })
    expect(ours).toEqual(queries)
  })

  const run = (script: readonly Answer[], connectors?: ConnectorFacts) => {
    let current = sessionOf(answers.sets[0]!.ddl.join(';\n'), EMPTY)
    return script.map(({ sql }) => {
      const {
        statements,
        diagnostics,
        session: after,
      } = analyzeScript(sql, current, connectors === undefined ? {} : { connectors })
      const accepted = statements.at(-1)?.bound !== undefined && !diagnostics.some(({ severity }) => severity === 'error')
      if (accepted) current = after
      return { sql, accepted }
    })
  }

  test.each(answers.scripts.map((script, i) => [i, script] as const))(
    'script %i is accepted or refused, statement by statement, as it does',
    (_i, script) => {
      expect(run(script)).toEqual(script)
    },
  )

  test('an upsert sink is accepted where the query keeps a key of its primary key', () => {
    const upsert: ConnectorFacts = { sinkChanges: () => ['I', 'UA', 'D'], sourceChanges: () => undefined }
    expect(run(answers.upserts, upsert)).toEqual(answers.upserts)
  })
})
