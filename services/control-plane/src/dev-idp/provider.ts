import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface DevelopmentIdpOptions {
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
}

export interface DevelopmentIdp {
  readonly issuer: string
  stop(): Promise<void>
}

/** An OpenID provider for this machine only: whoever types an e-mail address is that person. Listens on loopback. */
export async function startDevelopmentIdp(options: DevelopmentIdpOptions): Promise<DevelopmentIdp> {
  let handle = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(503).end()
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [options.redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: id.includes('@') ? id : `${id}@example.com`, email_verified: true, name: id }),
    }),
  })
  const callback = provider.callback()
  handle = (request, response) => void callback(request, response)
  return { issuer, stop: () => close(server) }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
