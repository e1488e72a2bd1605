import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DevelopmentIdp, startDevelopmentIdp } from '../dev-idp/provider.ts'
import { openTestService, type TestService } from '../testing/open-test-service.ts'
import { openIdLogin } from './openid-login.ts'

let idp: DevelopmentIdp
let t: TestService

beforeAll(async () => {
  idp = await startDevelopmentIdp({
    port: 0,
    clientId: 'millrace',
    clientSecret: 'secret',
    redirectUri: 'http://127.0.0.1:21000/v1/auth/callback',
  })
  const oidc = openIdLogin({ issuer: idp.issuer, clientId: 'millrace', clientSecret: 'secret', insecure: true })
  t = await openTestService(3, { oidc })
}, 60_000)
afterAll(async () => {
  await t?.stop()
  await idp?.stop()
})

/** A browser: follows redirects and keeps the provider's cookies until it is sent back to us. */
async function signInAtProvider(start: string, login: string): Promise<string> {
  const jar = new Map<string, string>()
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([k, v]) => `${k}=${v}`).join('; ')
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) jar.set(name, value)
    }
    return answer
  }
  let answer = await go(start)
  for (let step = 0; step < 12; step++) {
    const to = answer.headers.get('location')
    if (to !== null) {
      const url = new URL(to, idp.issuer)
      if (url.origin !== idp.issuer) return url.href
      answer = await go(url.href)
      continue
    }
    const page = await answer.text()
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? ''
    const prompt = page.includes('name="login"') ? { prompt: 'login', login, password: 'x' } : { prompt: 'consent' }
    answer = await go(new URL(action, idp.issuer).href, { method: 'POST', body: new URLSearchParams(prompt) })
  }
  throw new Error('the provider did not send the browser back')
}

async function signIn(login: string) {
  const start = await t.app.inject({ url: '/v1/auth/login?return_to=/workspaces' })
  expect(start.statusCode).toBe(302)
  const back = new URL(await signInAtProvider(String(start.headers.location), login))
  const flow = start.cookies.find((c) => c.name === 'millrace_login')!
  return { url: back.pathname + back.search, cookies: { millrace_login: flow.value } }
}

test('a sign-in makes a session: a new person gets an organization, the same person comes back to it', async () => {
  const first = await t.app.inject(await signIn('ada@example.com'))
  expect([first.statusCode, first.headers.location]).toEqual([302, '/workspaces'])
  const cookie = first.cookies.find((c) => c.name === 'millrace_session')!
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  const session = { millrace_session: cookie.value }
  const me = await t.app.inject({ url: '/v1/me', cookies: session })
  expect(me.json()).toMatchObject({ principal: { kind: 'user', name: 'ada@example.com' }, roles: ['organization-admin'] })
  const again = await t.app.inject({ ...(await signIn('ada@example.com')), headers: { accept: 'application/json' } })
  const bearer = { authorization: `Bearer ${again.json().token}` }
  const same = await t.app.inject({ url: '/v1/me', headers: bearer })
  expect(same.json().organization).toEqual(me.json().organization)

  const forged = await t.app.inject({ method: 'POST', url: '/v1/workspaces', cookies: session, payload: {} })
  expect(forged.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  await t.app.inject({ method: 'POST', url: '/v1/auth/logout', headers: bearer })
  expect((await t.app.inject({ url: '/v1/me', headers: bearer })).statusCode).toBe(401)
  t.clock.advance(3_600_001)
  expect((await t.app.inject({ url: '/v1/me', cookies: session })).statusCode).toBe(401)
}, 30_000)

test('a callback without its flow, with another state, or to another site is refused', async () => {
  const { url, cookies } = await signIn('eve@example.com')
  expect((await t.app.inject({ url })).statusCode).toBe(401)
  expect((await t.app.inject({ url: url.replace(/state=[^&]+/, 'state=other'), cookies })).statusCode).toBe(401)
  const away = await t.app.inject({ url: '/v1/auth/login?return_to=//evil.example' })
  expect(away.statusCode).toBe(400)
}, 30_000)
