import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  port: option.int({
    env: 'MILLRACE_DEV_IDP_PORT',
    doc: 'port of the development identity provider',
    fallback: 8085,
    min: 0,
    max: 65_535,
  }),
  clientId: option.string({ env: 'MILLRACE_OIDC_CLIENT_ID', doc: 'client id of the control plane', fallback: 'millrace' }),
  clientSecret: option.string({ env: 'MILLRACE_OIDC_CLIENT_SECRET', doc: 'its secret', secret: true }),
  redirectUri: option.string({ env: 'MILLRACE_OIDC_REDIRECT_URI', doc: "the control plane's /v1/auth/callback" }),
}

/** Throws ConfigError naming every mistake at once. */
export const devIdpConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ConfigOf<typeof TABLE> =>
  readConfig(TABLE, env)
