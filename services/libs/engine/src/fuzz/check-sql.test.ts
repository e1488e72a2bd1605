import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkSql } from './check-sql.ts'
import { ALL_CHECKS, inputOfRun } from './run.ts'

const SEED = 20_260_101
/** What a busy machine needs. */
const PATIENT = { timeout: 120_000 }

test(`generated and broken statements keep every promise (seed ${SEED})`, PATIENT, () => {
  let accepted = 0
  for (let run = 0; run < 3000; run++) {
    const text = inputOfRun(SEED, run)
    try {
      accepted += checkSql(text, ALL_CHECKS).accepted
    } catch (error) {
      throw new Error(`run ${run}: ${text}`, { cause: error })
    }
  }
  expect(accepted).toBeGreaterThan(1000)
})

const PIECES = [
  'SELECT',
  'FROM',
  't',
  '(',
  ')',
  ',',
  ';',
  "'s'",
  '`a`',
  '.',
  '*',
  '=',
  '<',
  '--\n',
  '/* c */',
  'AND',
  'NOT',
  'CASE',
  'WHEN',
  'END',
  'BEGIN',
  'IN',
  '1',
  '-',
  '\n',
  'AS',
  'a',
  'STATEMENT SET BEGIN',
  '\u00e9',
  '"',
]

test('any sequence of pieces of the language is handled', PATIENT, () => {
  const script = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(' '))
  fc.assert(
    fc.property(script, (text) => {
      checkSql(text, ALL_CHECKS)
    }),
    { seed: SEED, numRuns: 1500 },
  )
})

test('any text is handled', PATIENT, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      checkSql(text, ALL_CHECKS)
    }),
    { seed: SEED, numRuns: 1500 },
  )
})
