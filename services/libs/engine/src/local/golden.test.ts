import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { materialize, parseGolden, planGolden, runGolden } from './golden-query.ts'

const FOLDER = fileURLToPath(new URL('../../testdata/queries/', import.meta.url))
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'))

describe.each(files)('golden query %s', { timeout: 60_000 }, (file) => {
  const golden = parseGolden(readFileSync(FOLDER + file, 'utf8'))

  test('gives its changelog', async () => {
    const rows = await runGolden(planGolden(golden), { parallelism: 1 })
    const changelog = rows.map(({ op, row }) => `${op} ${JSON.stringify(row)}`)
    const text = [...changelog, '-- ends as', ...materialize(rows), ''].join('\n')
    await expect(text).toMatchFileSnapshot(`${FOLDER}${file.replace('.sql', '.golden')}`)
  })

  test.each([
    { parallelism: 2 },
    { parallelism: 1, resumeAt: 1 },
    { parallelism: 2, resumeAt: 1 },
    { parallelism: 1, resumeAt: 3 },
  ])('ends the same with %o', async (run) => {
    const [, expected] = readFileSync(`${FOLDER}${file.replace('.sql', '.golden')}`, 'utf8').split('-- ends as\n')
    const rows = await runGolden(planGolden(golden), run)
    expect(materialize(rows)).toEqual(expected!.split('\n').filter((line) => line !== ''))
  })
})
