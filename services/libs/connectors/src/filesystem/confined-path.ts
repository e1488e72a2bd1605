import fs from 'node:fs'
import path from 'node:path'
import { ConnectorFailure } from '@millrace/engine/connector'
import { pathMistake } from './descriptor.ts'

/**
 * The real path of a table's `path`. With a root the path is a key below it: schemes, absolute paths, `..` and links that lead outside
 * are refused when the file is opened as they were when the table was bound. Without a root (local mode) any path is taken.
 */
export function resolvePath(key: string, root: string | undefined): string {
  if (root === undefined) return path.resolve(key.replace(/^file:(\/\/)?/, ''))
  const mistake = pathMistake(key)
  if (mistake !== undefined) throw new ConnectorFailure('PATH_NOT_CONFINED', `The path ${key} ${mistake}.`)
  const full = path.resolve(root, key)
  assertInside(full, root, key)
  return full
}

/** Follows links of the longest existing part and checks where they end. */
export function assertInside(full: string, root: string, key: string): void {
  fs.mkdirSync(root, { recursive: true })
  const realRoot = fs.realpathSync(root)
  let existing = full
  while (!fs.existsSync(existing) && existing !== path.dirname(existing)) existing = path.dirname(existing)
  const real = fs.realpathSync(existing)
  if (real !== realRoot && !real.startsWith(realRoot + path.sep)) {
    throw new ConnectorFailure('PATH_NOT_CONFINED', `The path ${key} leaves the workspace through a link.`)
  }
}
