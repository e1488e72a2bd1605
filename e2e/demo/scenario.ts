/** The story of the demo, step by step, on an instance of its own (free ports, its own data folder). */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '@millrace/launch/kafka'
import { type Stack, startStack } from '@millrace/launch/stack'
import type { CheckerOrders, Verdict } from './checker.ts'
import { startJsonProcess } from './child-json.ts'
import type { GeneratorOrders } from './generator.ts'
import { makeTopics } from './kafka-topics.ts'
import { WorkerObserver } from './observer.ts'
import { runOutage } from './outage.ts'
import { createTables, kafkaPrefix, PARTITIONS, PRICE_ABOVE, STATEMENTS, startStatements, TOPICS } from './pipelines.ts'
import { probeIsolation } from './probes.ts'
import type { DemoReport } from './report.ts'
import { log, type Scene } from './scene.ts'
import { expectStatus, type StatementView, Tenant, until } from './service.ts'

const POOL = 'demo'
const STEADY_RATE = 2000
const STEADY_SECONDS = 30
/** Event time from the last bid to the closing ones: it passes the last window and its delay. */
const CLOSING_GAP_MS = 60_000

export interface ScenarioOptions {
  readonly flood: number
  readonly keepData: boolean
}

export async function runScenario(report: DemoReport, options: ScenarioOptions): Promise<void> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-demo-'))
  fs.chmodSync(dataDir, 0o755)
  const stack = await startStack({
    dataDir,
    port: await freePort(),
    kafka: true,
    env: report.mode.drop_wakeups ? { MILLRACE_DROP_WAKEUPS: 'true' } : {},
    step: async (name, action) => {
      const started = performance.now()
      const result = await action()
      log(`${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
      return result
    },
    note: log,
  })
  const observer = new WorkerObserver(`http://127.0.0.1:${stack.ports.scheduler}`)
  observer.start()
  try {
    await story(report, { stack, observer, options })
  } finally {
    await observer.end()
    await stack.stop()
    if (!options.keepData) fs.rmSync(dataDir, { recursive: true, force: true })
  }
}

async function story(
  report: DemoReport,
  given: { stack: Stack; observer: WorkerObserver; options: ScenarioOptions },
): Promise<void> {
  const { stack, observer, options } = given
  const a = await Tenant.signUp(stack.api, 'acme')
  const b = await Tenant.signUp(stack.api, 'globex')
  log('two tenants signed up')
  const prefix = await kafkaPrefix(a)
  const topics = Object.fromEntries(Object.entries(TOPICS).map(([role, name]) => [role, prefix + name])) as Scene['topics']
  await makeTopics(
    stack.kafka!.bootstrap,
    stack.kafka!.admin,
    Object.fromEntries(Object.values(topics).map((t) => [t, PARTITIONS])),
  )
  const outage = report.mode.outage_seconds
  const orders: GeneratorOrders = {
    bootstrap: stack.kafka!.bootstrap,
    credentials: stack.kafka!.admin,
    topic: topics.input,
    partitions: PARTITIONS,
    rate: STEADY_RATE,
    steadySeconds: outage > 0 ? outage + 40 : STEADY_SECONDS,
    flood: outage > 0 ? 0 : options.flood,
    closingGapMs: CLOSING_GAP_MS,
  }
  expectStatus(
    await a.call('POST', `${a.base}/compute-pools`, { body: { metadata: { name: POOL }, spec: { max_cu: 2 } } }),
    201,
    'pool',
  )
  await createTables(a)
  const submitted = await startStatements(a, POOL)
  for (const [i, name] of STATEMENTS.entries()) report.steps.push({ name: `submit -> RUNNING ${name}`, ms: submitted[i]! })
  log(`three statements run (${submitted.map((ms) => `${ms.toFixed(0)} ms`).join(', ')})`)
  const generator = startJsonProcess('./generator.ts', orders)
  const scene: Scene = { report, stack, observer, a, b, topics, generator }
  const cpuBefore = observer.cpuSeconds()
  const began = (await generator.event('steady')).at
  log(`${STEADY_RATE} bids/s`)
  if (outage > 0) await runOutage(scene)
  else await flood(scene)
  await generator.done
  await drained(scene)
  throughput(scene, { cpuBefore, began })
  if (outage === 0) {
    await isolation(scene)
    await scaledIn(scene)
  }
  await stopAll(scene)
  await checkOutput(scene)
  await metering(scene)
}

/** The flood with its accidents: a worker is killed, then the scheduler restarts. */
async function flood(scene: Scene): Promise<void> {
  const { generator, stack } = scene
  const { bids } = await generator.event('flood-begins')
  log(`flood of ${bids} bids`)
  await new Promise((resolve) => setTimeout(resolve, 6000))
  await killWorker(scene)
  log('the scheduler restarts')
  await stack.processes.scheduler.kill({ stay: false })
  const { at } = await generator.event('flood-ended')
  log(`flood written in ${((at - generator.events.find((e) => e.event === 'flood-begins')!.at) / 1000).toFixed(1)} s`)
}

async function killWorker({ report, observer, a }: Scene): Promise<void> {
  const victim = observer.busyWorkers()[0]
  if (!victim) throw new Error('no worker holds a slot in the flood')
  const versions = new Set(observer.slotsOf(victim.pid).map((s) => s.statement_version))
  const views = await Promise.all(STATEMENTS.map((name) => a.statement(name)))
  const hit = views.filter((v) => versions.has(v.status.version_uid))
  log(`worker ${victim.pid} is killed with ${hit.length} statements on it`)
  process.kill(victim.pid, 'SIGKILL')
  const killed = performance.now()
  const before = new Map(hit.map((v) => [v.metadata.name, v.status.epoch ?? 0]))
  const wait = (what: string, held: (phase: string, epoch: number | null, old: number) => boolean) =>
    Promise.all(
      [...before].map(([name, old]) =>
        until(`${name} ${what}`, 60_000, async () => {
          const { status } = await a.statement(name)
          return held(status.phase, status.epoch, old) ? performance.now() - killed : undefined
        }),
      ),
    )
  const detected = await wait('notices', (phase, epoch, old) => phase !== 'RUNNING' || epoch !== old)
  const resumed = await wait('resumes', (phase, epoch, old) => phase === 'RUNNING' && (epoch ?? 0) > old)
  report.recovery = { detect_ms: Math.max(...detected), resume_ms: Math.max(...resumed) }
  report.steps.push({ name: 'kill -> RUNNING', ms: Math.max(...resumed) })
}

/** All input is read: no lag for three seconds in a row. */
async function drained({ a, observer }: Scene): Promise<void> {
  let since = 0
  const state = (views: readonly StatementView[]) =>
    views.map(
      (v) =>
        `${v.metadata.name} ${v.status.phase} lag ${v.status.lag.records} cu ${v.status.cu} epoch ${v.status.epoch} ${v.status.detail ?? ''}`,
    )
  let shown = 0
  await until('the backlog is gone', 240_000, async () => {
    const views = await Promise.all(STATEMENTS.map((name) => a.statement(name)))
    const failed = views.find((v) => v.status.phase === 'FAILED')
    if (failed) throw new Error(`${failed.metadata.name} FAILED: ${failed.status.detail}`)
    const idle = views.every((v) => v.status.phase === 'RUNNING' && v.status.lag.records === 0)
    since = idle ? since || Date.now() : 0
    if (Date.now() - shown > 10_000) {
      shown = Date.now()
      for (const line of state(views)) log(line)
    }
    return idle && Date.now() - since > 3000 ? true : undefined
  })
  log(`all input is read (${observer.busyWorkers().length} busy workers)`)
}

function throughput({ report, observer, generator }: Scene, { cpuBefore, began }: { cpuBefore: number; began: number }): void {
  const bids = Number(generator.events.find((e) => e.event === 'closed')?.['bids'] ?? 0)
  const from = generator.events.find((e) => e.event === 'flood-begins')?.at ?? began
  const seconds = (Date.now() - 3000 - from) / 1000
  const events = bids * STATEMENTS.length
  report.throughput = {
    events,
    seconds,
    events_per_second: events / seconds,
    events_per_cpu_second: events / (observer.cpuSeconds() - cpuBefore),
  }
}

async function isolation({ report, a, b, topics }: Scene): Promise<void> {
  await a.call('POST', `${a.base}/connections`, {
    body: {
      metadata: { name: 'warehouse' },
      spec: {
        type: 'kafka',
        bootstrap_servers: ['192.0.2.10:9092'],
        sasl_username: 'acme-user-mark',
        security_protocol: 'SASL_SSL',
        sasl_mechanism: 'SCRAM-SHA-256',
      },
      secrets: { sasl_password: 'acme-secret-mark' },
    },
  })
  const view = await a.statement('expensive-bids')
  const prefix = topics.input.slice(0, -TOPICS.input.length)
  report.isolation = await probeIsolation(a, b, {
    statement: 'expensive-bids',
    pool: POOL,
    table: 'bids',
    connection: 'warehouse',
    physicalTopic: topics.input,
    topicPrefix: prefix,
    versionUid: view.status.version_uid,
    marks: [view.metadata.uid, view.status.version_uid, 'acme-user-mark', 'acme-secret-mark', 'expensive_bids'],
  })
  log(`${report.isolation.probes} isolation probes, ${report.isolation.leaks} leaks`)
}

interface Decision {
  readonly action: string
  readonly applied: boolean
  readonly from: { readonly cu: number; readonly parallelism: number } | null
  readonly to: { readonly cu: number; readonly parallelism: number } | null
  readonly reasons: readonly unknown[]
  readonly first_at: string
}

const isUp = (d: Decision): boolean =>
  d.to !== null && d.from !== null && (d.to.cu > d.from.cu || d.to.parallelism > d.from.parallelism)
const isDown = (d: Decision): boolean =>
  d.to !== null && d.from !== null && (d.to.cu < d.from.cu || d.to.parallelism < d.from.parallelism)

/** Waits for the scale-in that has to follow and reports all decisions with their reasons. */
async function scaledIn({ report, a, observer, generator }: Scene): Promise<void> {
  const floodBegan = generator.events.find((e) => e.event === 'flood-begins')!.at
  const floodEnded = generator.events.find((e) => e.event === 'flood-ended')!.at
  const all = async (): Promise<Decision[]> => {
    const lists = await Promise.all(STATEMENTS.map((name) => a.decisions(name)))
    return (lists.flat() as unknown as Decision[]).filter((d) => isUp(d) || isDown(d))
  }
  const after = (d: Decision, ms: number) => Date.parse(d.first_at) >= ms
  await until('scale-in', 120_000, async () =>
    (await all()).some((d) => isDown(d) && d.applied && after(d, floodEnded)) ? true : undefined,
  ).catch((error: Error) => report.failures.push(error.message))
  const decisions = await all()
  const ups = decisions.filter((d) => isUp(d) && d.applied)
  report.scaling = {
    decisions,
    scaled_out_in_flood: ups.some((d) => after(d, floodBegan) && d.reasons.length > 0),
    scaled_in_after: decisions.some((d) => isDown(d) && d.applied && after(d, floodEnded)),
    max_workers: observer.workersMax,
    final_workers: observer.busyWorkers().length,
    max_cu: Math.max(0, ...ups.map((d) => d.to!.cu)),
  }
  const applied = (await Promise.all(STATEMENTS.map((name) => a.events(name))))
    .flat()
    .filter((e) => e.kind === 'SCALING' && e.reason === 'APPLIED')
  const times = applied.flatMap((e) => (typeof e.data?.['ms'] === 'number' ? [e.data['ms']] : []))
  if (times.length > 0) report.steps.push({ name: 'decision -> applied', ms: Math.max(...times) })
  log(`${decisions.length} scaling decisions, ${ups.length} up and applied`)
}

async function stopAll({ report, a, b }: Scene): Promise<void> {
  const times = await Promise.all(
    STATEMENTS.map(async (name) => {
      expectStatus(await a.call('POST', `${a.base}/statements/${name}:stop`, { body: {} }), 200, `stop ${name}`)
      return a.waitForPhase(name, ['STOPPED'], 60_000)
    }),
  )
  report.steps.push({ name: 'stop -> STOPPED', ms: Math.max(...times) })
  const others = await b.call<{ data: { metadata: { name: string }; status: { phase: string } }[] }>(
    'GET',
    `${b.base}/statements?page_size=100`,
  )
  for (const { metadata, status } of others.body.data) {
    if (!/STOPPED|COMPLETED|FAILED/.test(status.phase))
      await b.call('POST', `${b.base}/statements/${metadata.name}:stop`, { body: {} })
  }
  log('all statements are stopped')
}

async function checkOutput({ report, stack, topics }: Scene): Promise<void> {
  const orders: CheckerOrders = {
    bootstrap: stack.kafka!.bootstrap,
    credentials: stack.kafka!.admin,
    priceAbove: PRICE_ABOVE,
    ...topics,
  }
  const checker = startJsonProcess('./checker.ts', orders)
  await checker.done
  report.exactly_once = checker.events[0] as unknown as Verdict
  log(`output checked: ${report.exactly_once.missing} missing, ${report.exactly_once.duplicate} duplicate`)
}

interface Usage {
  readonly totals: readonly { readonly cu_minutes: number }[]
}

/** The ledger is complete soon after the last slot was released. */
async function metering({ report, a, b, observer }: Scene): Promise<void> {
  const observed = observer.cuSeconds()
  const ledger = async (): Promise<number> => {
    let minutes = 0
    for (const tenant of [a, b]) {
      const { body } = await tenant.call<Usage>('GET', '/v1/usage?granularity=total')
      minutes += body.totals.reduce((sum, t) => sum + t.cu_minutes, 0)
    }
    return minutes * 60
  }
  const difference = (value: number) => ((value - observed) / observed) * 100
  const value = await until('ledger', 75_000, async () => {
    const now = await ledger()
    return Math.abs(difference(now)) <= 1 ? now : undefined
  }).catch(ledger)
  report.metering = { ledger_cu_seconds: value, observed_cu_seconds: observed, difference_percent: difference(value) }
}
