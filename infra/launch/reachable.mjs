// PostgreSQL refuses to run as root. Under root it gets a user of its own, which must be able to reach its binaries and its data.
import fs from 'node:fs'
import path from 'node:path'

/** The innermost folder above `target` that other users may not enter; undefined where that does not matter or all may be entered. */
export function closedFolder(target) {
  if (process.getuid?.() !== 0) return undefined
  for (let at = path.dirname(target); at !== path.dirname(at); at = path.dirname(at)) {
    if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return at
  }
  return undefined
}
