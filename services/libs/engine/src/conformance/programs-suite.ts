/**
 * Table programs run on the engine: in one go at parallelism 1 against Flink's own run, and stopped with a savepoint and restored
 * between the halves of their input against the programs' expectations.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readCommitted } from '../local/folder-transactions.ts'
import { materialize, runHalf } from '../local/golden-query.ts'
import { runLocal } from '../local/run-script.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import {
  type CompileSettings,
  compileProgram,
  type FlinkAnswer,
  type ProgramStep,
  primaryKeyOf,
  type TableProgram,
} from './program-case.ts'
import { type CaseReport, type SuiteReport, summarize } from './suite-report.ts'

export const PROGRAMS_THRESHOLD = 30

const CONNECTOR_MODULE = new URL('../local/memory-connector.ts', import.meta.url).href
/** Two runs at once: one waits for its threads while the other works. */
const CONCURRENCY = 2

export async function runProgramsSuite(file: string): Promise<SuiteReport> {
  const bytes = await readFile(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const { programs } = JSON.parse(text) as { programs: readonly TableProgram[] }
  const reports: CaseReport[] = []
  const queue = [...programs.entries()]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) reports[next[0]] = await runProgram(next[1])
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return summarize(reports)
}

/** Ends a case with a status that is not "failed". */
class Unsupported extends Error {}
class Disagreement extends Error {
  readonly expected: string
  readonly actual: string
  constructor(reason: string, expected: readonly string[], actual: readonly string[]) {
    super(reason)
    this.expected = expected.join('\n')
    this.actual = actual.join('\n')
  }
}

export async function runProgram(program: TableProgram): Promise<CaseReport> {
  const { id } = program
  if (program.flink_oneshot?.mode === 'batch') return { id, status: 'skipped', reason: 'a batch job' }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-program-'))
  try {
    const fails = program.expects_failure === true || program.flink_oneshot?.status === 'expected-failure'
    if (fails) await expectFailure(program, folder)
    else {
      if (program.flink_oneshot)
        await oneGo(program, { answer: program.flink_oneshot, watermarks: 'periodic', folder: join(folder, 'one') })
      const onEvent = program.flink_oneshot_on_event
      if (onEvent) await oneGo(program, { answer: onEvent, watermarks: 'on-event', folder: join(folder, 'event') })
      if (program.has_restore_data) await restored(program, join(folder, 'restored'))
    }
    return { id, status: 'passed' }
  } catch (error) {
    const reason = (error as Error).message
    if (error instanceof Unsupported) return { id, status: 'unsupported', reason }
    if (error instanceof Disagreement) return { id, status: 'failed', reason, expected: error.expected, actual: error.actual }
    return { id, status: 'failed', reason }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The only plan of a program. */
function planOf(program: TableProgram, settings: CompileSettings): PhysicalPlan {
  const { plans, errors } = compileProgram(program, settings)
  const [first] = errors
  if (first?.code === 'SQL_UNSUPPORTED') throw new Unsupported(first.message)
  if (first) throw new Error(`${first.code}: ${first.message}`)
  const [plan] = plans
  if (plan === undefined || plans.length > 1) throw new Unsupported(`${plans.length} jobs in one program`)
  const columns = plan.operators.flatMap(({ body }) => (body.kind === 'Source' ? body.table.columns : []))
  if (columns.some((column) => column.type.kind === 'BITMAP')) throw new Unsupported('The embedded runtime has no BITMAP values.')
  return plan
}

async function expectFailure(program: TableProgram, folder: string): Promise<void> {
  const { plans, errors } = compileProgram(program, { folder, watermarks: 'periodic', firstHalf: false })
  if (errors[0]?.code === 'SQL_UNSUPPORTED') throw new Unsupported(errors[0].message)
  if (errors.length > 0) return
  for (const plan of plans) {
    const report = await runLocal({ plan, connectorModule: CONNECTOR_MODULE })
    if (report.state === 'FAILED') return
  }
  throw new Error('was accepted and ran, which Flink refuses')
}

async function oneGo(
  program: TableProgram,
  run: { answer: FlinkAnswer; watermarks: CompileSettings['watermarks']; folder: string },
): Promise<void> {
  const plan = planOf(program, { folder: run.folder, watermarks: run.watermarks, firstHalf: false })
  const report = await runLocal({ plan, connectorModule: CONNECTOR_MODULE, checkpointIntervalMs: 60_000 })
  if (report.state !== 'FINISHED') throw new Error(`one go: ${report.failure?.code}: ${report.failure?.message}`)
  for (const sink of sinksOf(program)) {
    const answer = run.answer.sinks?.[sink.name!]
    if (answer === undefined) continue
    const rows = await readRows(run.folder, sink)
    const place = `one go, watermarks ${run.watermarks}, ${sink.name}`
    const ordered = program.order_dependent !== true && run.answer.order_dependent !== true
    if (ordered && sink.compare !== 'materialized')
      compare(
        `${place}: changelog`,
        answer.changelog,
        rows.map((row) => row.text),
      )
    else compare(`${place}: table`, answer.materialized, finalRows(rows, sink))
  }
}

async function restored(program: TableProgram, folder: string): Promise<void> {
  const watermarks = program.periodic_watermarks ? 'periodic' : 'on-event'
  const stateFolder = join(folder, 'state')
  const settings = { folder: join(folder, 'out'), watermarks } as const
  const common = { connectorModule: CONNECTOR_MODULE, stateFolder, checkpointIntervalMs: 60_000 }
  await runHalf({ ...common, plan: planOf(program, { ...settings, firstHalf: true }) }, program.periodic_watermarks ? 700 : 50)
  const halves = new Map<string, number>()
  for (const sink of sinksOf(program)) {
    const rows = await readRows(settings.folder, sink)
    halves.set(sink.name!, rows.length)
    if (sink.compare !== 'materialized') {
      compare(
        `before the restore, ${sink.name}`,
        sink.expected_strings_before_restore ?? [],
        rows.map((row) => row.text),
      )
    }
  }
  const report = await runLocal({ ...common, plan: planOf(program, { ...settings, firstHalf: false }), epoch: 2 })
  if (report.state !== 'FINISHED') throw new Error(`restored: ${report.failure?.code}: ${report.failure?.message}`)
  for (const sink of sinksOf(program)) {
    const rows = await readRows(settings.folder, sink)
    if (sink.compare === 'materialized') {
      compare(`restored, ${sink.name}: table`, sink.expected_materialized_strings ?? [], finalRows(rows, sink))
    } else {
      const after = rows.slice(halves.get(sink.name!)).map((row) => row.text)
      compare(`after the restore, ${sink.name}`, sink.expected_strings_after_restore ?? [], after)
    }
  }
}

function sinksOf(program: TableProgram): ProgramStep[] {
  return program.setup.filter((step) => step.kind.startsWith('SINK'))
}

interface SinkRow {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly row: readonly unknown[]
  readonly text: string
}

async function readRows(folder: string, sink: ProgramStep): Promise<SinkRow[]> {
  return (await readCommitted(folder, sink.name!)).map((line) => JSON.parse(line) as SinkRow)
}

/** The final table as Flink prints rows, in no order. */
function finalRows(rows: readonly SinkRow[], sink: ProgramStep): string[] {
  const texts = new Map(rows.map(({ row, text }) => [JSON.stringify(row), text.slice(2)]))
  return materialize(rows, primaryKeyOf(sink)).map((row) => `+I${texts.get(row)}`)
}

/** As multisets. */
function compare(place: string, expected: readonly string[], actual: readonly string[]): void {
  const [left, right] = [[...expected].sort(), [...actual].sort()]
  if (left.length !== right.length || left.some((row, i) => row !== right[i])) throw new Disagreement(place, left, right)
}
