/** Sign-in through an OpenID provider: authorization code with PKCE. */
export interface OidcLogin {
  readonly issuer: string
  /** Where to send the browser, and what has to be kept until it comes back. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly flow: LoginFlow }>
  /** Checks the answer and exchanges the code. Throws UNAUTHENTICATED. */
  finish(callback: URL, flow: LoginFlow): Promise<Identity>
}

export interface LoginFlow {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface Identity {
  readonly issuer: string
  readonly subject: string
  readonly email: string
  readonly name: string
}
