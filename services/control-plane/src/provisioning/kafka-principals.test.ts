import { systemClock } from '@millrace/kit'
import { kafkaMissing, startTestKafka } from '@millrace/testkit'
import { describe, expect, test } from 'vitest'
import { kafkaPrincipals } from './kafka-principals.ts'

describe.skipIf(kafkaMissing)(`on a real Kafka ${kafkaMissing ?? ''}`, () => {
  test('a workspace’s principal signs in, and is made again without harm', async () => {
    const kafka = await startTestKafka()
    const access = { bootstrap: kafka.bootstrap, now: systemClock.now }
    const admin = kafkaPrincipals({ ...access, username: kafka.admin.username, password: kafka.admin.password })
    try {
      for (let i = 0; i < 2; i++) {
        await admin.createPrincipal('ws-1', 'secret-of-ws-1')
        await admin.grantPrefixedAcls('ws-1', 'ws-1.')
      }
      const own = kafkaPrincipals({ ...access, username: 'ws-1', password: 'secret-of-ws-1' })
      await expect(own.createPrincipal('ws-2', 'x')).rejects.toThrow(/[Aa]uthoriz|CLUSTER/)
      await own.close()
    } finally {
      await admin.close()
      await kafka.remove()
    }
  }, 120_000)
})
