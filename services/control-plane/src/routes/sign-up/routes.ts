import { MillraceError } from '@millrace/protocol'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { resourceName } from '../../http/envelope.ts'
import { problems } from '../../http/schemas.ts'
import { runChange, send } from '../../http/transactions.ts'
import { signUp } from '../../use-cases/sign-up/sign-up.ts'
import { SignUpAnswer, SignUpBody } from './schemas.ts'

export function signUpRoutes(app: App, ctx: Context): void {
  app.addSchema(SignUpAnswer)
  app.post(
    '/v1/signup',
    {
      schema: {
        operationId: 'signUp',
        summary: 'Create an organization with its first workspace, free pool and key',
        tags: ['sign-up'],
        security: [],
        body: SignUpBody,
        response: { 201: Type.Ref('SignUpAnswer#'), ...problems },
      },
    },
    async (request, reply) => {
      if (!ctx.settings.developmentSignUp)
        throw new MillraceError('NOT_FOUND', { what: 'sign-up without a confirmed address here' })
      const { organization, email, workspace = 'default' } = request.body
      const org = ctx.newUid()
      const principal = { org, kind: 'user', uid: org, name: email, role: 'organization-admin' } as const
      const answer = await runChange(ctx, { request, org, principal }, async (scope) => {
        const made = await signUp(ctx, scope, { organization, email, workspace })
        return {
          status: 201,
          secret: true,
          headers: { location: '/v1/me' },
          resourceName: resourceName({ kind: 'Organization', region: ctx.settings.region, org, workspace: '' }, org),
          body: {
            organization: { uid: org, name: organization },
            user: { uid: made.user.uid, email },
            workspace: { uid: made.workspace.uid, name: workspace, self: `/v1/workspaces/${workspace}` },
            compute_pool: 'free',
            api_key: { name: made.key.name, key: made.key.text },
          },
        }
      })
      return send(reply, answer)
    },
  )
}
