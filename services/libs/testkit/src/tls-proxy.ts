import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createServer } from 'node:tls'

export interface TlsProxy {
  readonly port: number
  /** Its own certificate (PEM), for the names kafka.test and 127.0.0.1. */
  readonly ca: string
  stop(): Promise<void>
}

/** Why TLS tests cannot run here, or undefined when they can. */
export const tlsMissing: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl to make a certificate'

/** Speaks TLS on a free port of the loopback address and passes everything on to a port that does not. */
export async function startTlsProxy(targetPort: number): Promise<TlsProxy> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-tls-'))
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=kafka.test']
  const names = ['-addext', 'subjectAltName=DNS:kafka.test,IP:127.0.0.1']
  spawnSync('openssl', [...request, '-keyout', key, '-out', cert, ...names])
  const ca = fs.readFileSync(cert, 'utf8')
  const server = createServer({ key: fs.readFileSync(key), cert: ca }, (client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy())
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    ca,
    stop: async () => {
      server.close()
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}
