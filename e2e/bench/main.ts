// `npm run bench [-- sql|kafka]`: figures with CPU-seconds beside wall time. Nothing here fails a build.
import { parseArgs } from 'node:util'
import { benchKafka } from './kafka.ts'
import { benchSql } from './sql.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string', default: '5000000' }, report: { type: 'string' } },
})
const what = positionals[0] ?? 'all'
if (!['all', 'sql', 'kafka'].includes(what)) {
  console.error('usage: npm run bench -- [sql|kafka] [--events N] [--report FILE]')
  process.exit(2)
}
const report: Record<string, unknown> = {}
if (what !== 'kafka') report['sql'] = benchSql()
if (what !== 'sql') report['kafka'] = await benchKafka(Number(values.events))
if (values.report !== undefined) (await import('node:fs')).writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`)
