import { analyzeScript } from '../sql/bind/analyze-script.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'

const EMPTY: SessionContext = {
  catalogs: {
    cat: {
      databases: {
        default: { options: {}, tables: {}, functions: {}, models: {} },
        db: { options: {}, tables: {}, functions: {}, models: {} },
      },
    },
  },
  currentCatalog: 'cat',
  currentDatabase: 'default',
  config: {},
}

/** Tables that generated statements name, so that many of them bind. */
const TABLES = `
CREATE TABLE t (a INT, b BIGINT, c STRING, ts TIMESTAMP(3), price DECIMAL(10, 2), \`order\` STRING, data ROW<f INT>, Key ARRAY<INT>,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
CREATE TABLE u (a INT, b BIGINT) WITH ('connector' = 'datagen');
CREATE TABLE bids (a INT, b STRING, ts TIMESTAMP(3), price BIGINT, WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE \`my table\` (a STRING, b DOUBLE, c MAP<STRING, INT>) WITH ('connector' = 'datagen');
CREATE TABLE db.t (a INT, b INT) WITH ('connector' = 'datagen');
CREATE TABLE db.orders (a INT, price DOUBLE) WITH ('connector' = 'datagen');
`

let session: SessionContext | undefined

/** Binds a text: whatever it says, the binder answers with diagnostics in the text, and throws nothing. */
export function checkBind(text: string): number {
  session ??= analyzeScript(TABLES, EMPTY).session
  const { statements, diagnostics } = analyzeScript(text, session)
  for (const { span, message } of diagnostics) {
    if (span.start < 0 || span.start > span.end || span.end > text.length)
      throw new Error(`span of "${message}" lies outside of the text`)
  }
  return statements.filter(({ bound }) => bound !== undefined).length
}
