import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cliEnvironment } from './config.ts'
import { readProfile, requireProfile, saveProfile } from './profile.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-cli-'))
  file = path.join(folder, 'millrace', 'profile.json')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('where the service is', () => {
  test('a flag wins over the environment, the environment over what login kept, each name for itself', () => {
    saveProfile(file, { endpoint: 'http://saved', api_key: 'saved-key', workspace: 'saved' })
    const environment = { endpoint: 'http://environment', api_key: 'environment-key' }
    expect(readProfile({ flags: { endpoint: 'http://flag' }, environment, file })).toEqual({
      endpoint: 'http://flag',
      api_key: 'environment-key',
      workspace: 'saved',
    })
  })

  test('a slash at the end of an endpoint does not matter', () => {
    expect(readProfile({ flags: { endpoint: 'http://x/' }, environment: {}, file }).endpoint).toBe('http://x')
  })

  test('without a file there is what was given, and no more', () => {
    expect(readProfile({ flags: {}, environment: {}, file })).toEqual({})
  })

  test('the workspace is default unless one is named; endpoint and key have no default', () => {
    expect(requireProfile({ endpoint: 'http://x', api_key: 'k' })).toEqual({
      endpoint: 'http://x',
      api_key: 'k',
      workspace: 'default',
    })
    expect(() => requireProfile({ endpoint: 'http://x' })).toThrow('There is no endpoint or API key.')
  })

  test('what login keeps is readable by its owner alone', () => {
    saveProfile(file, { api_key: 'secret' })
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
  })

  test('the environment names it, and XDG_CONFIG_HOME the file', () => {
    const read = cliEnvironment({ MILLRACE_ENDPOINT: 'http://e', MILLRACE_WORKSPACE: 'w', XDG_CONFIG_HOME: '/config' })
    expect(read).toMatchObject({
      profile: { endpoint: 'http://e', workspace: 'w' },
      profileFile: path.join('/config', 'millrace', 'profile.json'),
    })
  })
})
