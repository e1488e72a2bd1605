import type { Assignment } from '@millrace/protocol'
import {
  type AssignmentRow,
  type CheckpointPointer,
  findRunnableStatement,
  latestCheckpoint,
  type RunnableStatement,
  readToken,
  type SystemTx,
} from '@millrace/store'
import type { PreparedProgram, ProgramSource } from './program-source.ts'

/** Programs kept in memory; they are immutable for a version and epoch. */
const CACHE_MAX = 512
const GIB = 2 ** 30
/** State that a statement may hold for each CU of its slot, and at the least. */
const STATE_SHARE = 0.6
const STATE_MIN_BYTES = 64 * 2 ** 20

const STOPPED: PreparedProgram = { program: null, secrets: {} }

interface Known {
  readonly statement: RunnableStatement
  readonly prepared: PreparedProgram
}

/** Turns standing assignments into what a worker needs to run them. */
export class AssignmentDescriber {
  readonly #programs: ProgramSource
  readonly #readKey: Uint8Array
  readonly #known = new Map<string, Known>()

  constructor(programs: ProgramSource, readKey: Uint8Array) {
    this.#programs = programs
    this.#readKey = readKey
  }

  /** A sentence instead of the assignment when there is nothing that could run: the program is gone or cannot be made. */
  async describe(tx: SystemTx, row: AssignmentRow): Promise<Assignment | string> {
    const known = await this.#load(tx, row)
    if (typeof known === 'string') return known
    const { statement, prepared } = known
    const checkpoint = await latestCheckpoint(tx, row.version)
    return {
      statement_version: row.version,
      statement: row.statement,
      organization: row.org,
      workspace: statement.workspace,
      name: statement.name,
      epoch: row.epoch,
      granted_at_ms: row.grantedAt.getTime(),
      desired: row.request.stop ? 'STOP' : 'RUN',
      savepoint: row.request.savepoint ?? false,
      parallelism: row.parallelism,
      cu: row.cu,
      program: prepared.program,
      secrets: prepared.secrets,
      checkpoint: pointerOf(checkpoint),
      properties: statement.spec.properties,
      checkpoint_prefix: `${row.org}/${statement.workspace}/${row.version}`,
      files_prefix: `${row.org}/${statement.workspace}`,
      read_token: readToken(this.#readKey, { worker: row.worker, version: row.version, epoch: row.epoch }),
      state_limit_bytes: stateLimit(row.cu, statement.spec.properties),
    }
  }

  async #load(tx: SystemTx, row: AssignmentRow): Promise<Known | string> {
    const key = `${row.version}/${row.epoch}`
    const cached = this.#known.get(key)
    if (cached) return cached
    const statement = await findRunnableStatement(tx, row.statement)
    // What is to be stopped is named without its program: the worker has it, or has nothing to stop.
    const prepared = row.request.stop ? STOPPED : statement && (await this.#programs(tx, { statement, version: row.version }))
    if (!statement || !prepared) return 'The program of this version is not there.'
    if (typeof prepared === 'string') return prepared
    if (row.request.stop) return { statement, prepared }
    if (this.#known.size >= CACHE_MAX) this.#known.delete(this.#known.keys().next().value!)
    const known = { statement, prepared }
    this.#known.set(key, known)
    return known
  }
}

const pointerOf = (c: CheckpointPointer | null): Assignment['checkpoint'] =>
  c ? { number: c.number, epoch: c.epoch, manifest: c.manifest } : null

/** The slot's share of memory, or less where the statement says so. */
function stateLimit(cu: number, properties: Readonly<Record<string, string>>): number {
  const share = Math.max(STATE_MIN_BYTES, Math.floor(cu * 4 * GIB * STATE_SHARE))
  const asked = Number(properties['millrace.state.limit-bytes'] ?? Number.NaN)
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, share) : share
}
