import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '@millrace/launch/kafka'
import { type Stack, startStack } from '@millrace/launch/stack'

export interface JourneyStack extends Stack {
  /** Ends everything and removes the data. */
  close(): Promise<void>
}

/** The whole product on free ports with a data folder of its own. */
export async function openStack(options: {
  readonly kafka: boolean
  readonly env?: (dataDir: string) => Readonly<Record<string, string>>
}): Promise<JourneyStack> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-journey-'))
  fs.chmodSync(dataDir, 0o755)
  const notes: string[] = []
  const stack = await startStack({
    dataDir,
    port: await freePort(),
    kafka: options.kafka,
    env: options.env?.(dataDir) ?? {},
    step: (_name, action) => action(),
    note: (text) => notes.push(text),
  })
  return {
    ...stack,
    close: async () => {
      await stack.stop()
      if (notes.length > 0) console.log(notes.join('\n'))
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
