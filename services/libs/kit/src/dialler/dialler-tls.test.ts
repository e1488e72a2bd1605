import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AddressRefusedError, createDialler, createSocketOpener } from './dialler.ts'

const openssl = spawnSync('openssl', ['version']).status === 0
const title = openssl ? 'dialler over TLS' : 'dialler over TLS (skipped: no openssl to make a certificate)'

describe.skipIf(!openssl)(title, () => {
  let folder: string
  let server: Server
  let port: number
  let ca: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=kafka.test']
    const names = ['-addext', 'subjectAltName=DNS:kafka.test,IP:127.0.0.1']
    spawnSync('openssl', [...request, '-keyout', key, '-out', cert, ...names])
    ca = readFileSync(cert, 'utf8')
    server = createServer({ key: readFileSync(key), cert: ca }, (socket) => socket.on('error', () => {}).end('hello'))
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const dialler = () => createDialler({ allowedAddresses: [`127.0.0.1:${port}`], resolve: async () => ['127.0.0.1'] })

  it.each(['kafka.test', '127.0.0.1'])('reads from %s, whose certificate it verifies', async (host) => {
    const memory = new Uint8Array(16)
    const read = Promise.withResolvers<number>()
    const callback = (bytes: number) => {
      read.resolve(bytes)
      return true
    }
    const socket = await dialler()({ host, port, tls: { ca }, onread: { buffer: memory, callback } })
    expect(await read.promise).toBe(5)
    expect(Buffer.from(memory.subarray(0, 5)).toString()).toBe('hello')
    socket.destroy()
  })

  it('refuses a certificate of another name, and one that nobody vouches for', async () => {
    await expect(dialler()({ host: 'other.test', port, tls: { ca } })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    await expect(dialler()({ host: 'kafka.test', port, tls: {} })).rejects.toThrow(/self-signed/)
  })

  it('gives a library an encrypted socket at once, with the same verification', async () => {
    const open = createSocketOpener({ allowedAddresses: [`127.0.0.1:${port}`], resolve: async () => ['127.0.0.1'] })
    const socket = open({ host: 'kafka.test', port, tls: { ca } })
    const text = await new Promise((resolve, reject) =>
      socket.once('data', (data) => resolve(data.toString())).once('error', reject),
    )
    expect(text).toBe('hello')
    socket.destroy()
    const wrong = open({ host: 'other.test', port, tls: { ca } })
    expect(await new Promise((resolve) => wrong.once('error', resolve))).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const refused = createSocketOpener({ allowedAddresses: [] })({ host: '127.0.0.1', port, tls: { ca } })
    expect(await new Promise((resolve) => refused.once('error', resolve))).toBeInstanceOf(AddressRefusedError)
  })

  it('ends when it is aborted', async () => {
    const abort = new AbortController()
    const socket = await dialler()({ host: 'kafka.test', port, tls: { ca }, signal: abort.signal })
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    abort.abort()
    await closed
  })
})
