import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureKafka, freePort, missingForKafka, type RunningKafka, startKafka } from '@millrace/launch/kafka'

export type { RunningKafka } from '@millrace/launch/kafka'

const toolsDir = fileURLToPath(new URL('../../../../.tools', import.meta.url))

/** Why Kafka tests cannot run here, or undefined when they can. Use with `describe.skipIf(kafkaMissing)` and name it in the title. */
export const kafkaMissing: string | undefined = missingForKafka(toolsDir).join('; ') || undefined

/** A real Kafka of its own (SASL/SCRAM, authorizer on) for one test file: takes about 6 s. */
export async function startTestKafka(): Promise<RunningKafka & { remove(): Promise<void> }> {
  const libs = await ensureKafka({ toolsDir })
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-kafka-'))
  const kafka = await startKafka({ libs, dir, port: await freePort(), controllerPort: await freePort() })
  return {
    ...kafka,
    remove: async () => {
      await kafka.stop('SIGKILL')
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}
