import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { closest } from './closest-name.ts'
import { FUNCTION_DOCS } from './docs/function-docs.ts'
import { referencePage } from './docs/reference-page.ts'
import { BUILT_IN_FUNCTIONS, builtIn, callableNames, findBuiltInFunction, suggestFunction } from './function-table.ts'

describe('the table of functions', () => {
  it('names every function once, aliases included', () => {
    const names = BUILT_IN_FUNCTIONS.flatMap((definition) => [definition.name, ...definition.aliases])
    // TUMBLE, HOP and SESSION are table functions here; their group windows have a grammar of their own.
    expect(names.length).toBe(new Set(names).size)
  })

  it('documents every function, and nothing else', () => {
    const names = BUILT_IN_FUNCTIONS.map((definition) => definition.name)
    expect(names.filter((name) => FUNCTION_DOCS[name] === undefined)).toEqual([])
    expect(Object.keys(FUNCTION_DOCS).filter((name) => !names.includes(name))).toEqual([])
  })

  it('is what the reference page shows', () => {
    const page = readFileSync(new URL('../../../docs/functions.md', import.meta.url), 'utf8')
    expect(page, 'run `pnpm --filter @millrace/engine generate`').toBe(referencePage())
  })

  it('finds functions in any case and by their aliases, operators not at all', () => {
    expect(findBuiltInFunction('upper')?.name).toBe('UPPER')
    expect(findBuiltInFunction('Character_Length')?.name).toBe('CHAR_LENGTH')
    expect(findBuiltInFunction('MOD')?.name).toBe('%')
    expect(findBuiltInFunction('%')).toBeUndefined()
    expect(findBuiltInFunction('JSON_VALUE')).toBeUndefined()
    expect(builtIn('JSON_VALUE')?.syntax).toBe('special')
    expect(callableNames()).toContain('STDDEV')
  })

  it('has numbers of arguments that its signatures show', () => {
    for (const { name, args } of BUILT_IN_FUNCTIONS) {
      expect(args.min, name).toBeLessThanOrEqual(args.max)
      expect(args.signatures.length, name).toBeGreaterThan(0)
    }
  })
})

describe('suggestions', () => {
  it.each([
    ['UPER', 'UPPER'],
    ['concat_w', 'CONCAT_WS'],
    ['regexp_exctract', 'REGEXP_EXTRACT'],
    ['SUBSTRNIG', 'SUBSTRING'],
  ])('%s is near %s', (name, near) => {
    expect(suggestFunction(name)).toBe(near)
  })

  it('is silent where nothing is near', () => {
    expect(suggestFunction('my_own_function')).toBeUndefined()
    expect(closest('a', [])).toBeUndefined()
  })
})
