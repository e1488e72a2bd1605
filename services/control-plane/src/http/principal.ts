/** Who asks. The organization follows from the credential and from nothing else in the request. */
export interface Principal {
  readonly org: string
  readonly kind: 'api_key' | 'user'
  readonly uid: string
  readonly name: string
  readonly role: string
  /** uid of the session, for signing out. */
  readonly session?: string
}

export const principalName = (p: Principal): string => `${p.kind}:${p.uid}`
