import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** Made once for a data folder and kept there, readable by its owner alone. */
export interface InstallationSecrets {
  readonly masterKey: string
  readonly pepper: string
  readonly readKey: string
  readonly oidcClientSecret: string
  readonly postgres: {
    readonly superuser: string
    readonly owner: string
    readonly api: string
    readonly system: string
    readonly bullmq: string
  }
}

export function installationSecrets(dataDir: string): InstallationSecrets {
  const file = path.join(dataDir, 'secrets.json')
  if (!fs.existsSync(file)) {
    const secret = () => randomBytes(24).toString('hex')
    const made: InstallationSecrets = {
      masterKey: randomBytes(32).toString('hex'),
      pepper: randomBytes(32).toString('hex'),
      readKey: randomBytes(32).toString('hex'),
      oidcClientSecret: secret(),
      postgres: { superuser: secret(), owner: secret(), api: secret(), system: secret(), bullmq: secret() },
    }
    fs.writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 })
  }
  return JSON.parse(fs.readFileSync(file, 'utf8')) as InstallationSecrets
}
