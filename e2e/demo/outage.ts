/** Scheduler and Postgres are gone for a while: what the workers do meanwhile is measured at the output topic. */
import { KafkaClient } from '../kafka/client.ts'
import { PARTITIONS } from './pipelines.ts'
import { log, type Scene } from './scene.ts'

/** Rows committed to the totals topic so far: one for each input row. */
class CommittedRows {
  readonly #client: KafkaClient
  readonly #topic: string
  readonly #next: number[] = Array.from({ length: PARTITIONS }, () => 0)
  count = 0
  constructor(client: KafkaClient, topic: string) {
    this.#client = client
    this.#topic = topic
  }

  async read(): Promise<number> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (;;) {
        const from = this.#next[partition]!
        const next = await this.#client.fetch({ topic: this.#topic, partition, from, waitMs: 1 }, () => this.count++)
        if (next === from) break
        this.#next[partition] = next
      }
    }
    return this.count
  }
}

export async function runOutage({ report, stack, topics, generator }: Scene): Promise<void> {
  const seconds = report.mode.outage_seconds
  const client = await KafkaClient.open(stack.kafka!.bootstrap, stack.kafka!.admin)
  const committed = new CommittedRows(client, topics.totals)
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  const produced = () => Number(generator.events.findLast((e) => e.event === 'produced')?.['bids'] ?? 0)
  log(`scheduler and Postgres are killed for ${seconds} s`)
  await Promise.all([stack.processes.scheduler.kill({ stay: true }), stack.postgres.kill()])
  const start = { input: produced(), committed: await committed.read() }
  let freshness = 0
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const count = await committed.read()
    // The oldest bid without committed output is the one after `count`: its age is the freshness.
    const oldest = generator.events.find((e) => e.event === 'produced' && Number(e['bids']) > count)
    freshness = Math.max(freshness, oldest === undefined ? 0 : Date.now() - oldest.at)
  }
  const input = produced() - start.input
  const output = (await committed.read()) - start.committed
  await stack.postgres.start()
  stack.processes.scheduler.start()
  log('scheduler and Postgres are back')
  client.close()
  report.outage = {
    seconds,
    input_rows: input,
    committed_rows: output,
    committed_percent: (output / input) * 100,
    freshness_ms_max: freshness,
  }
}
