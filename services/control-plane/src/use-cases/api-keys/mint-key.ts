import { type ApiKey, createApiKey, hashSecret, mintApiKey, type Scope } from '@millrace/store'
import type { Context } from '../../context.ts'

/** Makes an API key; `text` is the only time its secret is seen. */
export async function mintKey(
  ctx: Context,
  scope: Scope,
  input: { readonly name: string; readonly role: string; readonly expiresAt: Date | null },
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const minted = mintApiKey(ctx.random)
  const { hash, version } = hashSecret(ctx.keys.peppers, minted.secret)
  const key = await createApiKey(scope, { ...input, keyId: minted.id, secretHash: hash, pepperVersion: version })
  return { key, text: minted.text }
}
