import fs from 'node:fs'
import path from 'node:path'

/** Bytes of finished files (not of hidden, unfinished ones) in folders of that name anywhere under `root`. */
export function writtenBytes(root: string, folder: string): number {
  if (!fs.existsSync(root)) return 0
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && path.basename(entry.parentPath) === folder)
    .reduce((sum, entry) => sum + (fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0)
}
