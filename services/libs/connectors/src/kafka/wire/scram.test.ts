import { describe, expect, it } from 'vitest'
import { createScramClient, ScramError } from './scram.ts'

describe('SCRAM', () => {
  // The exchange of RFC 7677, section 3.
  const client = () => createScramClient({ hash: 'sha256', username: 'user', password: 'pencil', nonce: 'rOprNGfwEbeRWgbNEkqO' })
  const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'

  it('speaks as the RFC shows', () => {
    const scram = client()
    expect(scram.first()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    expect(scram.final(serverFirst)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    expect(() => scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).not.toThrow()
  })

  it('refuses a server that does not know the password, repeats no nonce or asks for endless work', () => {
    const scram = client()
    scram.final(serverFirst)
    expect(() => scram.verify('v=AAAA')).toThrow(ScramError)
    expect(() => scram.verify('e=invalid-proof')).toThrow(/invalid-proof/)
    expect(() => client().final('r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096')).toThrow(/nonce/)
    expect(() => client().final(serverFirst.replace('4096', '999999999'))).toThrow(/iterations/)
  })
})
