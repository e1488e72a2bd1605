import { devIdpConfig } from './config.ts'
import { startDevelopmentIdp } from './provider.ts'

const idp = await startDevelopmentIdp(devIdpConfig())
console.log(`development identity provider: ${idp.issuer}`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void idp.stop().then(() => process.exit(0)))
