/** Tenant B tries to reach what is tenant A's, on every path of the API and through SQL. A leak is an answer that shows or changes it. */
import { request, type Tenant } from './service.ts'

export interface ProbeTarget {
  readonly statement: string
  readonly pool: string
  readonly table: string
  readonly connection: string
  readonly physicalTopic: string
  readonly topicPrefix: string
  readonly versionUid: string
  /** Texts that only A's data or configuration holds. */
  readonly marks: readonly string[]
}

interface Operation {
  readonly method: string
  readonly path: string
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Every operation that names a workspace, with A's names filled in. */
async function operationsOn(a: Tenant, target: ProbeTarget): Promise<Operation[]> {
  const { body } = await request<OpenApi>(a.api, { method: 'GET', path: '/openapi.json' })
  const fill: Readonly<Record<string, string>> = {
    ws: a.workspace,
    name: target.statement,
    pool: target.pool,
    db: 'default',
    t: target.table,
    uid: target.versionUid,
  }
  return Object.entries(body.paths).flatMap(([path, methods]) => {
    if (!path.includes('{ws}')) return []
    const named = path.includes('/connections/')
      ? { ...fill, name: target.connection }
      : path.includes('/compute-pools/')
        ? { ...fill, name: target.pool }
        : fill
    const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(named[name] ?? target.statement))
    return Object.keys(methods)
      .filter((method) => /^(get|post|put|patch|delete)$/.test(method))
      .map((method) => ({ method: method.toUpperCase(), path: filled }))
  })
}

export interface ProbeResult {
  readonly probes: number
  readonly leaks: number
  readonly leaked: readonly string[]
}

/** B's workspace has another name, so each of A's paths must answer as if there were nothing. */
export async function probeIsolation(a: Tenant, b: Tenant, target: ProbeTarget): Promise<ProbeResult> {
  const leaked: string[] = []
  let probes = 0
  const shows = (text: string) => target.marks.filter((mark) => text.includes(mark))
  for (const { method, path } of await operationsOn(a, target)) {
    probes++
    const body = method === 'GET' || method === 'DELETE' ? undefined : {}
    const headers = { 'if-match': '*', accept: path.endsWith('/results') ? 'text/event-stream' : 'application/json' }
    const answer = await b.call(method, path, { body, headers })
    const text = JSON.stringify(answer.body ?? '')
    const hidden = answer.status === 404 || answer.status === 400 || answer.status === 403
    if (!hidden || shows(text).length > 0) leaked.push(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`)
  }
  const lists = [
    '/v1/workspaces',
    '/v1/usage?group_by=statement',
    '/v1/api-keys',
    '/v1/me',
    `${b.base}/statements`,
    `${b.base}/connections`,
    `${b.base}/compute-pools`,
  ]
  for (const path of lists) {
    probes++
    const answer = await b.call('GET', path)
    const found = shows(JSON.stringify(answer.body ?? ''))
    if (found.length > 0) leaked.push(`GET ${path} shows ${found.join(', ')}`)
  }
  const bySql = await probeBySql(b, target)
  return { probes: probes + bySql.probes, leaks: leaked.length + bySql.leaked.length, leaked: [...leaked, ...bySql.leaked] }
}

interface SqlProbe {
  readonly name: string
  readonly table: string
  readonly columns: string
}

const KAFKA = "'connector' = 'kafka', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset'"
const FILES = "'connector' = 'filesystem', 'format' = 'raw'"

/** B's own statements that name what is A's. Whatever they are allowed to run must give none of A's rows. */
async function probeBySql(b: Tenant, target: ProbeTarget): Promise<{ probes: number; leaked: string[] }> {
  const probes: SqlProbe[] = [
    { name: 'topic', columns: 'line STRING', table: `${KAFKA}, 'topic' = '${target.physicalTopic}'` },
    {
      name: 'group',
      columns: 'line STRING',
      table: `${KAFKA.replace('earliest-offset', 'group-offsets')}, 'topic' = '${target.physicalTopic}', 'properties.group.id' = '${target.topicPrefix}${target.versionUid}'`,
    },
    { name: 'connection', columns: 'line STRING', table: `${KAFKA}, 'topic' = 'bids', 'connection' = '${target.connection}'` },
    { name: 'absolute-file', columns: 'line STRING', table: `${FILES}, 'path' = '/etc/passwd'` },
    { name: 'file-scheme', columns: 'line STRING', table: `${FILES}, 'path' = 'file:///etc/passwd'` },
    { name: 'parent-file', columns: 'line STRING', table: `${FILES}, 'path' = '../'` },
    { name: 'checkpoints', columns: 'line STRING', table: `${FILES}, 'path' = '../checkpoints'` },
    { name: 'environment', columns: 'line STRING', table: `${FILES}, 'path' = '/proc/self/environ'` },
    { name: 'secret', columns: 'line STRING', table: `${FILES}, 'path' = '\${secret:${target.connection}}'` },
  ]
  const leaked: string[] = []
  for (const probe of probes) {
    await b.call('POST', `${b.base}/statements`, {
      body: {
        metadata: { name: `ddl-${probe.name}` },
        spec: { sql: `CREATE TABLE probe_${probe.name.replace('-', '_')} (${probe.columns}) WITH (${probe.table})` },
      },
    })
    const select = {
      metadata: { name: `read-${probe.name}` },
      spec: { sql: `SELECT * FROM probe_${probe.name.replace('-', '_')}` },
    }
    const made = await b.call('POST', `${b.base}/statements`, { body: select })
    if (made.status !== 201) continue
    const rows = await rowsOf(b, `read-${probe.name}`)
    const found = target.marks.filter((mark) => rows.includes(mark))
    if (found.length > 0 || /root:|bid-\d{10}|MILLRACE_/.test(rows)) leaked.push(`SQL ${probe.name} read ${rows.slice(0, 200)}`)
    const stop = await b.call('GET', `${b.base}/statements/read-${probe.name}`)
    await b.call('DELETE', `${b.base}/statements/read-${probe.name}`, {
      headers: { 'if-match': stop.headers.get('etag') ?? '*' },
    })
  }
  const written = await writeProbe(b, target)
  return { probes: probes.length + 1, leaked: written === undefined ? leaked : [...leaked, written] }
}

/** What a foreground SELECT gives within a few seconds, as text. */
async function rowsOf(b: Tenant, name: string): Promise<string> {
  const end = Date.now() + 6000
  for (;;) {
    const { status } = await b.statement(name)
    if (/FAILED|COMPLETED/.test(status.phase)) return ''
    if (status.phase === 'RUNNING' || status.phase === 'DEGRADED') {
      const page = await b.call('GET', `${b.base}/statements/${name}/results`)
      const text = JSON.stringify((page.body as { data?: unknown })?.data ?? '')
      if (text.length > 4 || Date.now() > end) return text
    }
    if (Date.now() > end) return ''
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** B writes to A's physical topic with A's transactional id as prefix: it must not arrive there (the checker counts A's rows). */
async function writeProbe(b: Tenant, target: ProbeTarget): Promise<string | undefined> {
  const sink = `'connector' = 'kafka', 'format' = 'raw', 'topic' = '${target.physicalTopic}', 'sink.transactional-id-prefix' = '${target.topicPrefix}${target.versionUid}'`
  await b.call('POST', `${b.base}/statements`, {
    body: {
      metadata: { name: 'ddl-write' },
      spec: { sql: `CREATE TABLE probe_write (line STRING) WITH (${sink})` },
    },
  })
  const sql =
    'INSERT INTO probe_write VALUES (\'{"auction":1,"bidder":1,"price":1,"dateTime":"2026-01-01 00:00:00.000","extra":"bid-9999999999-x"}\')'
  const made = await b.call('POST', `${b.base}/statements`, {
    body: {
      metadata: { name: 'write-topic' },
      spec: { sql },
    },
  })
  if (made.status !== 201) return undefined
  await b.waitForPhase('write-topic', ['COMPLETED', 'FAILED', 'DEGRADED'], 20_000).catch(() => undefined)
  return undefined
}
