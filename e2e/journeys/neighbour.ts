/** A healthy statement beside the one that goes wrong: it must neither restart nor slow down. */
import path from 'node:path'
import { type Tenant, until } from '../demo/service.ts'
import { writtenBytes } from './written-files.ts'

const RATE = 200
const NAME = 'neighbour'

export class Neighbour {
  readonly #tenant: Tenant
  readonly #files: string
  #epoch = 0

  private constructor(tenant: Tenant, dataDir: string) {
    this.#tenant = tenant
    this.#files = path.join(dataDir, 'files')
  }

  /** Generates rows into files: it needs neither Kafka nor anybody's topics. */
  static async start(tenant: Tenant, dataDir: string): Promise<Neighbour> {
    await tenant.submit(
      'neighbour-source',
      `CREATE TABLE neighbour_source (auction BIGINT, price BIGINT) WITH ('connector' = 'nexmark', 'entity' = 'bid', 'next-event.rate' = '${RATE}')`,
    )
    await tenant.submit(
      'neighbour-sink',
      `CREATE TABLE neighbour_sink (auction BIGINT, price BIGINT) WITH ('connector' = 'filesystem', 'path' = 'neighbour', 'format' = 'json')`,
    )
    await tenant.submit(NAME, 'INSERT INTO neighbour_sink SELECT auction, price FROM neighbour_source')
    const neighbour = new Neighbour(tenant, dataDir)
    await neighbour.settled()
    return neighbour
  }

  /** Waits until it runs and writes, and keeps its epoch as the one that must stand. */
  async settled(): Promise<void> {
    await this.#tenant.waitForPhase(NAME, ['RUNNING'], 60_000)
    await this.#writes()
    this.#epoch = (await this.#tenant.statement(NAME)).status.epoch ?? 0
  }

  async #writes(): Promise<void> {
    const before = writtenBytes(this.#files, 'neighbour')
    await until('the neighbour writes more', 30_000, async () =>
      writtenBytes(this.#files, 'neighbour') > before ? true : undefined,
    )
  }

  /** Bytes a second that it writes, over eight seconds: its input has a fixed rate, so this is one of its own. */
  async rate(): Promise<number> {
    const from = { bytes: writtenBytes(this.#files, 'neighbour'), at: performance.now() }
    await new Promise((resolve) => setTimeout(resolve, 8000))
    return ((writtenBytes(this.#files, 'neighbour') - from.bytes) / (performance.now() - from.at)) * 1000
  }

  /** Throws when it restarted, is not RUNNING, or writes nothing more. */
  async unharmed(): Promise<void> {
    const { status } = await this.#tenant.statement(NAME)
    if (status.phase !== 'RUNNING') throw new Error(`the neighbour is ${status.phase}: ${status.detail}`)
    if (status.epoch !== this.#epoch) throw new Error(`the neighbour was restarted: epoch ${status.epoch}, not ${this.#epoch}`)
    await this.#writes()
  }
}
