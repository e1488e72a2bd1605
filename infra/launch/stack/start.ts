// `npm start`: the whole service on this machine, a demo tenant with live pipelines, and an overview until Ctrl-C.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createProgress } from '../progress.mjs'
import { openApi } from './api.ts'
import { demoTenant, startPipelines } from './demo-tenant.ts'
import { showOverview, takeSnapshot } from './overview.ts'
import { kafkaLacks, ROOT, type Stack, startStack } from './stack.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['MILLRACE_PORT'] ?? '' },
    data: { type: 'string', default: process.env['MILLRACE_DATA'] ?? path.join(ROOT, '.millrace') },
    reset: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    'no-kafka': { type: 'boolean', default: false },
    'no-demo': { type: 'boolean', default: false },
  },
})

const started = performance.now()
const progress = createProgress({ out: process.stdout })
const stop = new AbortController()
let stack: Stack | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())

const dataDir = path.resolve(values.data)
if (values.reset) fs.rmSync(dataDir, { recursive: true, force: true })

/** Until every demo statement runs (or 60 s): only then the service is said to be ready. */
async function pipelinesRun(api: ReturnType<typeof openApi>, workspace: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!stop.signal.aborted && Date.now() < end) {
    const { statements } = await takeSnapshot(api, workspace)
    if (statements.length > 0 && statements.every((s) => s.status.phase === 'RUNNING')) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function run(): Promise<void> {
  const lacks = values['no-kafka'] ? ['--no-kafka was given'] : kafkaLacks()
  const kafka = lacks.length === 0
  if (!kafka) progress.note(`without Kafka (${lacks.join('; ')}): the built-in sources and files serve`)
  stack = await startStack({
    dataDir,
    kafka,
    ...(values.port === '' ? {} : { port: Number(values.port) }),
    step: (name, action) => progress.step(name, action),
    note: (text) => progress.note(text),
  })
  const header = [`  API       ${stack.api}   docs ${stack.api}/docs`]
  if (stack.kafka) header.push(`  Kafka     ${stack.kafka.bootstrap} (SASL/SCRAM)`)
  header.push(`  data      ${dataDir}`)
  if (values['no-demo']) {
    console.log(`ready in ${((performance.now() - started) / 1000).toFixed(1)} s\n${header.join('\n')}`)
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
    return
  }
  const tenant = await progress.step('demo tenant', () => demoTenant(stack!.api, { dataDir, kafka }))
  const api = openApi(stack.api, tenant.key)
  await progress.step('pipelines', async () => {
    await startPipelines(api, tenant, kafka)
    await pipelinesRun(api, tenant.workspace)
  })
  header.push(`  workspace ${tenant.workspace} of ${tenant.organization}   API key ${tenant.key}`)
  header.push(`  try       npm run millrace -- --endpoint ${stack.api} --api-key <key> statements list`)
  console.log(`ready in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
  if (!process.stdout.isTTY) console.log(`${header.join('\n')}\n`)
  await showOverview({ api, workspace: tenant.workspace, header, signal: stop.signal, out: process.stdout })
}

try {
  await run()
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  process.exitCode = 1
}
if (stack) {
  console.log('\nstopping')
  await stack.stop()
}
process.exit(process.exitCode ?? 0)
