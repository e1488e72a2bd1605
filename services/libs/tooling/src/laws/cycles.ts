import path from 'node:path'
import type { SourceFile, Violation } from '../source-file.ts'

/** Cycles of value imports between files (type imports vanish and may point both ways). Tarjan's strongly connected components. */
export function cycleViolations(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((f) => [f.path, f]))
  const targets = (file: SourceFile): SourceFile[] =>
    file.imports.flatMap((edge) => {
      if (edge.typeOnly || !edge.specifier.startsWith('.')) return []
      return byPath.get(path.posix.normalize(path.posix.join(path.posix.dirname(file.path), edge.specifier))) ?? []
    })
  return components(files, targets)
    .filter((group) => group.length > 1)
    .map((group) => ({
      path: group[0]!.path,
      line: 1,
      rule: 'cycle',
      message: `import cycle: ${group.map((f) => f.path).join(' -> ')}`,
    }))
}

interface Mark {
  index: number
  low: number
  onStack: boolean
}

function components(files: readonly SourceFile[], targets: (file: SourceFile) => SourceFile[]): SourceFile[][] {
  const marks = new Map<SourceFile, Mark>()
  const stack: SourceFile[] = []
  const result: SourceFile[][] = []
  const visit = (file: SourceFile): Mark => {
    const mark: Mark = { index: marks.size, low: marks.size, onStack: true }
    marks.set(file, mark)
    stack.push(file)
    for (const target of targets(file)) {
      const seen = marks.get(target)
      if (!seen) mark.low = Math.min(mark.low, visit(target).low)
      else if (seen.onStack) mark.low = Math.min(mark.low, seen.index)
    }
    if (mark.low === mark.index) {
      const group = stack.splice(stack.indexOf(file))
      for (const member of group) marks.get(member)!.onStack = false
      result.push(group)
    }
    return mark
  }
  for (const file of files) if (!marks.has(file)) visit(file)
  return result
}
