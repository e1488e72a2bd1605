// Speed of the SQL front end: a typical 20-line statement parsed and bound, warm and in a fresh process; size of the browser bundle.
// Prints one JSON object. Run by `npm run bench -- sql`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { analyzeScript } from '../sql/bind/analyze-script.ts'
import { bindStatement } from '../sql/bind/bind-statement.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'
import { parseStatements } from '../sql/parse/parser.ts'

const DDL = `
CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, ts TIMESTAMP(3), extra STRING,
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) WITH ('connector' = 'kafka', 'topic' = 'bids', 'format' = 'json');
CREATE TABLE auctions (id BIGINT, itemName STRING, seller BIGINT, category BIGINT, expires TIMESTAMP(3), ts TIMESTAMP(3))
  WITH ('connector' = 'kafka', 'topic' = 'auctions', 'format' = 'json');
CREATE TABLE report (window_start TIMESTAMP(3), category BIGINT, channel STRING, bids BIGINT, top BIGINT, mean DOUBLE, share DECIMAL(10, 4))
  WITH ('connector' = 'blackhole');`

const STATEMENT = `INSERT INTO report
SELECT
  window_start,
  a.category,
  COALESCE(b.channel, 'unknown') AS channel,
  COUNT(*) AS bids,
  MAX(b.price) AS top,
  AVG(CAST(b.price AS DOUBLE)) AS mean,
  CAST(SUM(CASE WHEN b.price > 1000 THEN 1 ELSE 0 END) AS DECIMAL(10, 4)) / COUNT(*) AS share
FROM (
  SELECT window_start, window_end, auction, price, LOWER(channel) AS channel
  FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  WHERE price > 0 AND url LIKE 'https://%'
) AS b
JOIN auctions AS a
  ON a.id = b.auction
WHERE a.category IN (10, 11, 12)
  AND a.itemName IS NOT NULL
GROUP BY window_start, a.category, COALESCE(b.channel, 'unknown')
HAVING COUNT(*) > 1`

const EMPTY: SessionContext = {
  catalogs: { c: { databases: { d: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'c',
  currentDatabase: 'd',
  config: {},
}

function once(session: SessionContext): { parseMs: number; bindMs: number } {
  const start = performance.now()
  const { statements, diagnostics } = parseStatements(STATEMENT)
  const parsed = performance.now()
  const ast = statements[0]
  if (ast === undefined) throw new Error(`the statement does not parse: ${JSON.stringify(diagnostics)}`)
  const result = bindStatement(ast, session, { text: STATEMENT })
  const mistakes = result.diagnostics.filter((d) => d.severity === 'error')
  if (mistakes.length > 0) throw new Error(`the statement does not bind: ${JSON.stringify(mistakes)}`)
  return { parseMs: parsed - start, bindMs: performance.now() - parsed }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
const { session } = analyzeScript(DDL, EMPTY)

if (process.argv[2] === 'fresh') {
  const { parseMs, bindMs } = once(session)
  process.stdout.write(JSON.stringify({ ms: parseMs + bindMs }))
} else {
  for (let i = 0; i < 3000; i++) once(session)
  const runs = Array.from({ length: 3000 }, () => once(session))
  const self = fileURLToPath(import.meta.url)
  const fresh = Array.from(
    { length: 7 },
    () => (JSON.parse(spawnSync(process.execPath, [self, 'fresh'], { encoding: 'utf8' }).stdout) as { ms: number }).ms,
  )
  // Lexer, parser, types and binder: what an editor in a browser needs.
  const entry = fileURLToPath(new URL('../sql/bind/analyze-script.ts', import.meta.url))
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  const result = {
    lines: STATEMENT.split('\n').length,
    parse_ms: median(runs.map((r) => r.parseMs)),
    bind_ms: median(runs.map((r) => r.bindMs)),
    fresh_process_ms: median(fresh),
    bundle_gzip_bytes: gzipSync(bundle.outputFiles[0]!.contents).length,
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
