import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface SqlFigures {
  readonly lines: number
  readonly parse_ms: number
  readonly bind_ms: number
  readonly fresh_process_ms: number
  readonly bundle_gzip_bytes: number
}

export function benchSql(): SqlFigures {
  const file = fileURLToPath(new URL('../../services/libs/engine/src/bench/sql-bench.ts', import.meta.url))
  const run = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
  const figures = JSON.parse(run.stdout) as SqlFigures
  console.log(`SQL front end, a statement of ${figures.lines} lines`)
  console.log(`  parse          ${figures.parse_ms.toFixed(3)} ms`)
  console.log(`  bind           ${figures.bind_ms.toFixed(3)} ms`)
  console.log(`  fresh process  ${figures.fresh_process_ms.toFixed(1)} ms (parse and bind, once)`)
  console.log(`  browser bundle ${(figures.bundle_gzip_bytes / 1024).toFixed(1)} KB gzip`)
  return figures
}
