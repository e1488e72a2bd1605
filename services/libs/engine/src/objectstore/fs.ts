/**
 * Object store on a file system. A put writes a temporary file, syncs it and renames it into place. A key written by
 * compareAndSet is a folder `<key>@` with one file a version: a version is taken by link(2), which fails when it exists, so there
 * is no lock that a dead process could hold. A key is written by one of the two ways only.
 */
import { existsSync } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type RandomBytes, systemRandom } from '@millrace/kit'
import { type ObjectStore, type ObjectStoreConfig, ObjectStoreError } from './object-store.ts'

type FsConfig = Extract<ObjectStoreConfig, { kind: 'fs' }>

const KEY_BYTES_MAX = 512
const LIST_MAX = 1_000
/** Superseded versions that stay, so that a writer which is late by a few versions still sees its successor. */
const VERSIONS_KEPT = 8
const VERSION_DIGITS = 12
const VERSIONED_SUFFIX = '@'
const TEMPORARY_PREFIX = '.tmp-'

export function createFsStore(config: FsConfig, random: RandomBytes = systemRandom): ObjectStore {
  const pathOf = (key: string): string => join(config.root, ...checkedSegments(key))
  const guard = async <T>(key: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      throw storeError(error, key)
    }
  }
  const refuseWhenFull = (key: string): void => {
    if (config.faults?.full !== undefined && existsSync(config.faults.full)) throw new ObjectStoreError('FULL', key)
  }
  const writeTemporary = async (folder: string, body: Uint8Array): Promise<string> => {
    await mkdir(folder, { recursive: true })
    const path = join(folder, TEMPORARY_PREFIX + Buffer.from(random(9)).toString('base64url'))
    try {
      await writeSynced(path, body)
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    return path
  }
  return {
    put: (key, body) =>
      guard(key, async () => {
        refuseWhenFull(key)
        const target = pathOf(key)
        await rename(await writeTemporary(dirname(target), body), target)
        await syncFolder(dirname(target))
      }),
    get: (key) => guard(key, async () => (await readIfThere(pathOf(key))) ?? (await readLatest(pathOf(key)))?.body),
    compareAndSet: (key, body, expected) =>
      guard(key, async () => {
        refuseWhenFull(key)
        const folder = pathOf(key) + VERSIONED_SUFFIX
        const versions = await listVersions(folder)
        if (versions.at(-1) !== expected) return false
        const temporary = await writeTemporary(folder, body)
        try {
          await link(temporary, join(folder, nextVersion(expected)))
        } catch (error) {
          if (hasCode(error, 'EEXIST')) return false
          throw error
        } finally {
          await rm(temporary, { force: true })
        }
        await syncFolder(folder)
        for (const old of versions.slice(0, -VERSIONS_KEPT)) await rm(join(folder, old), { force: true })
        return true
      }),
    getVersioned: (key) => guard(key, () => readLatest(pathOf(key))),
    maintenance: {
      list: (prefix, after) => guard(prefix, () => listKeys(config.root, prefix, after)),
      delete: async (keys) => {
        for (const key of keys) {
          await guard(key, async () => {
            await rm(pathOf(key), { force: true })
            await rm(pathOf(key) + VERSIONED_SUFFIX, { recursive: true, force: true })
          })
        }
      },
    },
  }
}

function checkedSegments(key: string): string[] {
  const segments = key.split('/')
  const bad = segments.some(
    (segment) => segment === '' || segment === '.' || segment === '..' || segment.endsWith(VERSIONED_SUFFIX),
  )
  if (bad || key.includes('\0') || Buffer.byteLength(key) > KEY_BYTES_MAX) throw new ObjectStoreError('DENIED', key)
  return segments
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === code
}

function storeError(error: unknown, key: string): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) return new ObjectStoreError('FULL', key, { cause: error })
  const denied = ['EACCES', 'EPERM', 'EROFS'].some((code) => hasCode(error, code))
  return new ObjectStoreError(denied ? 'DENIED' : 'UNREACHABLE', key, { cause: error })
}

async function writeSynced(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(body)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a rename or link survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EISDIR') || hasCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

async function listVersions(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(TEMPORARY_PREFIX)).sort()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function nextVersion(version: string | undefined): string {
  return String(Number(version ?? '0') + 1).padStart(VERSION_DIGITS, '0')
}

async function readLatest(path: string): Promise<{ body: Uint8Array; version: string } | undefined> {
  const version = (await listVersions(path + VERSIONED_SUFFIX)).at(-1)
  if (version === undefined) return undefined
  const body = await readIfThere(join(path + VERSIONED_SUFFIX, version))
  return body && { body, version }
}

async function listKeys(root: string, prefix: string, after: string | undefined): Promise<readonly string[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const keys = new Set<string>()
  const visit = async (at: string): Promise<void> => {
    let entries: import('node:fs').Dirent[]
    try {
      entries = await readdir(join(root, at), { withFileTypes: true })
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return
      throw error
    }
    for (const entry of entries) {
      if (entry.name.startsWith(TEMPORARY_PREFIX)) continue
      if (!entry.isDirectory()) keys.add(at + entry.name)
      else if (entry.name.endsWith(VERSIONED_SUFFIX)) keys.add(at + entry.name.slice(0, -VERSIONED_SUFFIX.length))
      else await visit(`${at}${entry.name}/`)
    }
  }
  await visit(folder)
  const matching = [...keys].filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
  return matching.sort().slice(0, LIST_MAX)
}
