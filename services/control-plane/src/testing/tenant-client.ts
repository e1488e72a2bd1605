import type { LightMyRequestResponse } from 'fastify'
import type { App } from '../app.ts'

export interface Call {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A tenant at the API: every call carries its key. */
export interface TenantClient {
  readonly key: string
  readonly org: string
  readonly workspace: string
  call(method: string, url: string, call?: Call): Promise<LightMyRequestResponse>
}

export function clientOf(
  app: App,
  tenant: { readonly key: string; readonly org: string; readonly workspace: string },
): TenantClient {
  return {
    ...tenant,
    call: (method, url, { body, headers } = {}) =>
      app.inject({
        method: method as 'GET',
        url,
        headers: { authorization: `Bearer ${tenant.key}`, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      }),
  }
}

/** Signs up an organization with the workspace `main`. */
export async function signUpTenant(app: App, organization: string): Promise<TenantClient> {
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/signup',
    payload: { organization, email: `owner@${organization}.example`, workspace: 'main' },
  })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  const made = answer.json()
  return clientOf(app, { key: made.api_key.key, org: made.organization.uid, workspace: made.workspace.uid })
}
