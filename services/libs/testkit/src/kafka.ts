import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureKafka, freePort, missingForKafka, type RunningKafka, startKafka } from '@millrace/launch/kafka'

export type { RunningKafka } from '@millrace/launch/kafka'

const toolsDir = fileURLToPath(new URL('../../../../.tools', import.meta.url))

/** Why Kafka tests cannot run here, or undefined when they can. Use with `describe.skipIf(kafkaMissing)` and name it in the title. */
export const kafkaMissing: string | undefined = missingForKafka(toolsDir).join('; ') || undefined

export interface TestKafka extends RunningKafka {
  /** The process dies at once, as a machine does. */
  kill(): Promise<void>
  /** Starts it again with the same data, address and credentials. */
  restart(): Promise<void>
  remove(): Promise<void>
}

/** A real Kafka of its own (SASL/SCRAM, authorizer on) for one test file: takes about 6 s. */
export async function startTestKafka(): Promise<TestKafka> {
  const libs = await ensureKafka({ toolsDir })
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-kafka-'))
  const options = { libs, dir, port: await freePort(), controllerPort: await freePort() }
  let running = await startKafka(options)
  return {
    ...running,
    kill: () => running.stop('SIGKILL'),
    restart: async () => {
      await running.stop('SIGKILL')
      running = await startKafka(options)
    },
    remove: async () => {
      await running.stop('SIGKILL')
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}
