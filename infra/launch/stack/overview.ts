/** The overview that stays on the terminal: redrawn each second; on a pipe, one line when something changes. */
import type { Api, StatementView } from './api.ts'

interface PoolView {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly max_cu: number }
  readonly status: { readonly current_cu: number; readonly workers: number | readonly unknown[] }
}

export interface Snapshot {
  readonly statements: readonly StatementView[]
  readonly pools: readonly PoolView[]
}

export async function takeSnapshot(api: Api, workspace: string): Promise<Snapshot> {
  const [statements, pools] = await Promise.all([
    api.get<{ data: StatementView[] }>(`/v1/workspaces/${workspace}/statements?page_size=100`),
    api.get<{ data: PoolView[] }>(`/v1/workspaces/${workspace}/compute-pools`),
  ])
  const running = statements.data.filter((s) => s.status.phase !== 'COMPLETED' || s.status.traits.sql_kind === 'INSERT')
  return { statements: running.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name)), pools: pools.data }
}

const rate = (value: number): string => (value >= 10_000 ? `${(value / 1000).toFixed(1)}k` : String(Math.round(value)))

export function overviewLines({ statements, pools }: Snapshot): string[] {
  const head = ['STATEMENT', 'PHASE', 'IN/S', 'OUT/S', 'LAG', 'PAR', 'CU', 'CHECKPOINT']
  const rows = statements.map(({ metadata, status }) => [
    metadata.name,
    status.phase,
    rate(status.rates.records_in),
    rate(status.rates.records_out),
    status.lag.time ?? (status.lag.records === null ? '-' : `${status.lag.records} rec`),
    String(status.parallelism),
    status.cu.toFixed(2),
    status.latest_checkpoint === null ? '-' : `#${status.latest_checkpoint.number}`,
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((r) => r[i]!.length)))
  const line = (cells: readonly string[]) => `  ${cells.map((c, i) => c.padEnd(widths[i]!)).join('  ')}`.trimEnd()
  const details = statements
    .filter((s) => s.status.detail !== null && s.status.phase !== 'RUNNING')
    .map((s) => `  ! ${s.metadata.name}: ${s.status.detail}`)
  const workers = (pool: PoolView) => (Array.isArray(pool.status.workers) ? pool.status.workers.length : pool.status.workers)
  const capacity = pools.map(
    (p) => `  pool ${p.metadata.name}: ${p.status.current_cu} of ${p.spec.max_cu} CU on ${workers(p)} worker(s)`,
  )
  return [line(head), ...rows.map(line), ...details, '', ...capacity]
}

/** Draws until `signal` aborts. */
export async function showOverview(options: {
  readonly api: Api
  readonly workspace: string
  readonly header: readonly string[]
  readonly signal: AbortSignal
  readonly out: NodeJS.WriteStream
}): Promise<void> {
  const { api, workspace, header, signal, out } = options
  let drawn = 0
  let phases = ''
  while (!signal.aborted) {
    const snapshot = await takeSnapshot(api, workspace).catch(() => undefined)
    if (signal.aborted) return
    if (snapshot && out.isTTY) {
      const lines = [...header, '', ...overviewLines(snapshot), '', '  Ctrl-C drains with a checkpoint and ends.']
      out.write(`${drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''}${lines.join('\n')}\n`)
      drawn = lines.length
    } else if (snapshot) {
      const now = snapshot.statements.map((s) => `${s.metadata.name}=${s.status.phase}`).join(' ')
      if (now !== phases) out.write(`${now}\n`)
      phases = now
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
