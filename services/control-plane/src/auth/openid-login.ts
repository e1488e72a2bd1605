import { MillraceError } from '@millrace/protocol'
import * as client from 'openid-client'
import type { Identity, LoginFlow, OidcLogin } from './oidc.ts'

export interface OpenIdOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The provider speaks plain HTTP: only for the development identity provider on this machine. */
  readonly insecure: boolean
}

/** Authorization code flow with PKCE. Discovery happens at the first sign-in and is kept while it works. */
export function openIdLogin(options: OpenIdOptions): OidcLogin {
  let known: client.Configuration | undefined
  const configuration = async (): Promise<client.Configuration> => {
    known ??= await client.discovery(new URL(options.issuer), options.clientId, options.clientSecret, undefined, {
      execute: options.insecure ? [client.allowInsecureRequests] : [],
      timeout: 10,
    })
    return known
  }
  return {
    issuer: options.issuer,
    begin: async (redirectUri) => {
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        response_type: 'code',
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
      })
      return { url: url.href, flow }
    },
    finish: async (callback, flow) => await exchange(await configuration(), callback, flow),
  }
}

async function exchange(configuration: client.Configuration, callback: URL, flow: LoginFlow): Promise<Identity> {
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('no ID token')
    const info =
      typeof claims['email'] === 'string' ? claims : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
    const email = String(info['email'] ?? '')
    if (email === '' || info['email_verified'] === false) throw new Error('no verified e-mail address')
    return { issuer: claims.iss, subject: claims.sub, email, name: String(info['name'] ?? email) }
  } catch (cause) {
    throw new MillraceError('UNAUTHENTICATED', { detail: 'The identity provider did not confirm the sign-in.' }, { cause })
  }
}
