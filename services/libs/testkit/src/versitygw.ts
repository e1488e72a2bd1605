import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@millrace/launch/kafka'
import { ensureS3Server, missingForS3 } from '@millrace/launch/s3-server'

const toolsDir = fileURLToPath(new URL('../../../../.tools', import.meta.url))

/** Why tests of the S3 half cannot run here, or undefined when they can. */
export const s3Missing: string | undefined = missingForS3(toolsDir)

export interface TestS3 {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  stop(): Promise<void>
}

/** A real S3 server of its own on a fresh folder, with the bucket `millrace`. The first call builds it (about 3 minutes). */
export async function startTestS3(): Promise<TestS3> {
  const binary = await ensureS3Server({ toolsDir })
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-s3-'))
  fs.mkdirSync(path.join(dir, 'data', 'millrace'), { recursive: true })
  const port = await freePort()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'testsecret' }
  const env = { ...process.env, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey }
  const child = spawn(binary, ['--port', `127.0.0.1:${port}`, 'posix', path.join(dir, 'data')], { env, stdio: 'ignore' })
  await listening(port, child)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    stop: async () => {
      child.kill('SIGKILL')
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`)
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('versitygw does not listen after 10 s')
}
