// versitygw, the S3 server that the object store's tests run against; built with Go where Go is. Plain Node >= 20.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** Older ones let two conditional writes win the same version. */
const VERSION = 'v1.8.0'

const binaryOf = (toolsDir) => path.join(toolsDir, `versitygw-${VERSION}`, 'versitygw')

/** What is missing to have the server here, as a sentence; undefined when nothing is. */
export function missingForS3(toolsDir) {
  if (fs.existsSync(binaryOf(toolsDir)) || spawnSync('go', ['version']).status === 0) return undefined
  return 'Go (to build the S3 server versitygw)'
}

/** Builds the server where it is missing (1–3 minutes) and gives its path. Throws with Go's words. */
export async function ensureS3Server({ toolsDir, wrap = (_text, action) => action() }) {
  const binary = binaryOf(toolsDir)
  if (!fs.existsSync(binary)) await wrap(`S3 server for tests (versitygw ${VERSION})`, () => build(binary))
  return binary
}

function build(binary) {
  const env = { ...process.env, GOBIN: path.dirname(binary), GOFLAGS: '-mod=mod' }
  fs.mkdirSync(path.dirname(binary), { recursive: true })
  const child = spawn('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = []
  child.stderr.on('data', (d) => said.push(d))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`versitygw could not be built:\n${Buffer.concat(said).toString().slice(-2000)}`)),
    )
  })
}
