import { callViolations } from './laws/call-laws.ts'
import { cycleViolations } from './laws/cycles.ts'
import { importViolations } from './laws/import-laws.ts'
import type { SourceFile, Violation } from './source-file.ts'
import { fileWallViolations, percentileViolations } from './walls/walls.ts'

/** Every law and wall over all files, in path order. */
export function checkFiles(files: readonly SourceFile[]): Violation[] {
  const perFile = files.flatMap((file) => [...importViolations(file), ...callViolations(file), ...fileWallViolations(file)])
  return [...perFile, ...cycleViolations(files), ...percentileViolations(files)].sort(
    (a, b) => a.path.localeCompare(b.path) || a.line - b.line,
  )
}
