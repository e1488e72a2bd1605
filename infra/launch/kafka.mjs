// Apache Kafka for one machine: jars from Maven, KRaft, one node, SASL/SCRAM with the authorizer on. Plain Node >= 20, no dependency.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

export const KAFKA_VERSION = '4.4.0'

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>kafka-dist</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
`

/** What is missing to run Kafka here, as sentences for a person; empty when nothing is. */
export function missingForKafka(toolsDir) {
  const missing = []
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const major = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  if (java.error) missing.push('Java 17 or newer (no `java` on PATH; on Debian: apt-get install openjdk-17-jre-headless)')
  else if (major < 17) missing.push(`Java 17 or newer (found ${major || 'an unknown version'})`)
  if (!hasJars(toolsDir) && spawnSync('mvn', ['-v']).error)
    missing.push('Maven (no `mvn` on PATH; on Debian: apt-get install maven)')
  return missing
}

const libsDir = (toolsDir) => path.join(toolsDir, `kafka-${KAFKA_VERSION}`, 'libs')
const hasJars = (toolsDir) => fs.existsSync(path.join(libsDir(toolsDir), '.complete'))

/** Brings Kafka's jars into `toolsDir` (about 43 MB). Idempotent. Throws with Maven's words when it fails. */
export async function ensureKafka({ toolsDir, wrap = (_text, action) => action() }) {
  if (!hasJars(toolsDir)) await wrap(`Kafka ${KAFKA_VERSION} from Maven`, () => fetchJars(toolsDir))
  return libsDir(toolsDir)
}

async function fetchJars(toolsDir) {
  const dir = path.dirname(libsDir(toolsDir))
  fs.mkdirSync(dir, { recursive: true })
  fs.writeFileSync(path.join(dir, 'pom.xml'), POM)
  const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs', '-DincludeScope=runtime']
  const output = []
  const child = spawn('mvn', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (d) => output.push(d))
  child.stderr.on('data', (d) => output.push(d))
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) throw new Error(`Maven could not fetch Kafka (exit ${code}):\n${Buffer.concat(output).toString().slice(-2000)}`)
  fs.writeFileSync(path.join(libsDir(toolsDir), '.complete'), '')
}

function serverProperties({ dataDir, port, controllerPort, adminPassword, controllerPassword }) {
  const scram = `org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="${adminPassword}";`
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required username="controller" password="${controllerPassword}" user_controller="${controllerPassword}";`
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-256',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': plain,
    'listener.name.client.scram-sha-256.sasl.jaas.config': scram,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin;User:controller',
    'allow.everyone.if.no.acl.found': false,
    'auto.create.topics.enable': false,
    'log.dirs': dataDir,
    'num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

/** 16 bytes in base64url that the command line does not take for an option. */
function clusterId() {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? clusterId() : id
}

/** Passwords of a broker's data folder: made once, kept beside the data with owner-only rights. */
function credentials(dir) {
  const file = path.join(dir, 'credentials.json')
  if (!fs.existsSync(file)) {
    const secret = () => randomBytes(18).toString('base64url')
    fs.writeFileSync(file, JSON.stringify({ adminPassword: secret(), controllerPassword: secret() }), { mode: 0o600 })
  }
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

/**
 * Starts the broker and waits until it takes connections (5–7 s). `dir` holds its configuration, data and log.
 * Returns {bootstrap, admin: {username, password}, pid, stop(signal)}.
 */
export async function startKafka({
  libs,
  dir,
  port,
  controllerPort = port + 1,
  heapMb = 384,
  timeoutMs = 60_000,
  detached = false,
}) {
  fs.mkdirSync(dir, { recursive: true })
  const { adminPassword, controllerPassword } = credentials(dir)
  const dataDir = path.join(dir, 'data')
  const config = path.join(dir, 'server.properties')
  fs.writeFileSync(config, serverProperties({ dataDir, port, controllerPort, adminPassword, controllerPassword }), {
    mode: 0o600,
  })
  const logging = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true']
  if (!fs.existsSync(path.join(dataDir, 'meta.properties'))) {
    const id = clusterId()
    const scram = `SCRAM-SHA-256=[name=admin,password=${adminPassword}]`
    const args = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', id, '-c', config, '--add-scram', scram]
    const done = spawnSync('java', [...logging, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', `${libs}/*`, ...args], {
      encoding: 'utf8',
    })
    if (done.status !== 0) throw new Error(`Kafka's storage could not be formatted:\n${done.stdout}${done.stderr}`)
  }
  const log = fs.openSync(path.join(dir, 'kafka.log'), 'a')
  const jvm = [`-Xms128m`, `-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-Xshare:auto', ...logging, '-cp', `${libs}/*`]
  const child = spawn('java', [...jvm, 'kafka.Kafka', config], { stdio: ['ignore', log, log], detached })
  fs.closeSync(log)
  let exited = null
  child.on('exit', (code, signal) => {
    exited = `${code ?? signal}`
  })
  await waitForPort(port, timeoutMs, () => {
    if (exited !== null) throw new Error(`Kafka ended (${exited}):\n${tail(path.join(dir, 'kafka.log'))}`)
  })
  // A broker that does not end in time loses nothing by being killed: its log is recovered at the next start.
  const stop = (signal = 'SIGTERM', graceMs = 20_000) =>
    new Promise((resolve) => {
      if (exited !== null) return resolve()
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      child.kill(signal)
    })
  return { bootstrap: `127.0.0.1:${port}`, admin: { username: 'admin', password: adminPassword }, pid: child.pid, child, stop }
}

const tail = (file) => fs.readFileSync(file, 'utf8').slice(-2000)

async function waitForPort(port, timeoutMs, check) {
  const end = performance.now() + timeoutMs
  for (;;) {
    check()
    const open = await new Promise((resolve) => {
      const socket = net.connect({ port, host: '127.0.0.1' }, () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    if (performance.now() > end) throw new Error(`nothing listens on port ${port} after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A free TCP port on the loopback address, from the system. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
