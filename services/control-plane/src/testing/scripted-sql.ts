import type { SqlService } from '../sql/sql-service.ts'

const traits = { sql_kind: 'INSERT', is_bounded: false, is_append_only: true, upsert_columns: [], schema: [], connections: [] }
export const testSql: SqlService = {
  compile: async (_s, sql) =>
    /^(CREATE|SHOW)/.test(sql)
      ? { kind: 'done', results: { columns: [], rows: [] }, traits }
      : { kind: 'program', program: '{}', plan: 'plan', traits },
  check: async () => ({ diagnostics: [], sqlKind: 'INSERT', schema: [] }),
  explain: async () => 'plan',
  format: (s) => s,
}
