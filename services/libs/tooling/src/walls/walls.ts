/** Sizes that code may not outgrow. Tables of data say `@table` in their header comment and are exempt from the file wall. */
import path from 'node:path'
import { type AstNode, isTest, type SourceFile, type Violation, walk } from '../source-file.ts'

export const WALLS = {
  functionLinesMax: 70,
  functionLinesP90: 40,
  fileLinesMax: 600,
  fileLinesP90: 400,
  interfaceMethodsMax: 5,
  parametersMax: 3,
} as const

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const BANNED_NAME = /(^|[-/])(utils?|helpers?|managers?|misc)(\.|\/)|(^|\/)common(\.|\/)/

export function fileWallViolations(file: SourceFile): Violation[] {
  const found: Violation[] = []
  const lines = file.lineOf(file.text.length)
  const add = (line: number, rule: string, message: string) => found.push({ path: file.path, line, rule, message })
  if (lines > WALLS.fileLinesMax && !isTable(file) && !isTest(file))
    add(1, 'file-wall', `${lines} lines; ${WALLS.fileLinesMax} is the wall`)
  if (BANNED_NAME.test(file.path)) add(1, 'file-name', 'name the thing inside, not utils, helpers, manager, common or misc')
  if (!/^[a-z0-9.-]+\.(ts|tsx)$/.test(path.posix.basename(file.path))) add(1, 'file-name', 'file names are kebab-case')
  if (isTest(file)) return found
  walk(file.program, (node, parent) => {
    if (FUNCTIONS.has(node.type)) functionWalls(file, { node, name: nameOf(node, parent) }, add)
    if (node.type === 'TSInterfaceDeclaration') interfaceWall(file, node, add)
  })
  return found
}

const isTable = (file: SourceFile): boolean => file.text.slice(0, 2000).includes('@table')

/** Lines of a function without those of functions inside it that are longer than a few lines would hide nothing: the whole span counts. */
export function functionLines(file: SourceFile, node: AstNode): number {
  return file.lineOf(node.end) - file.lineOf(node.start) + 1
}

type Add = (line: number, rule: string, message: string) => void

function functionWalls(file: SourceFile, { node, name }: { node: AstNode; name: string }, add: Add): void {
  const lines = functionLines(file, node)
  const line = file.lineOf(node.start)
  if (lines > WALLS.functionLinesMax && !isTable(file))
    add(line, 'function-wall', `${name} has ${lines} lines; ${WALLS.functionLinesMax} is the wall`)
  const parameters = (node['params'] as readonly AstNode[]).filter((p) => p.type !== 'RestElement')
  if (parameters.length > WALLS.parametersMax && node['body'] !== null) {
    add(line, 'parameter-wall', `${name} has ${parameters.length} positional parameters; use one options object`)
  }
}

function nameOf(node: AstNode, parent: AstNode | undefined): string {
  const id = (node['id'] ?? parent?.['id'] ?? parent?.['key']) as { name?: string } | null | undefined
  return id?.name ?? 'a function'
}

function interfaceWall(file: SourceFile, node: AstNode, add: Add): void {
  const body = (node['body'] as { body: readonly AstNode[] }).body
  const methods = body.filter((m) => m.type === 'TSMethodSignature' && m['optional'] !== true)
  if (methods.length > WALLS.interfaceMethodsMax) {
    add(
      file.lineOf(node.start),
      'interface-wall',
      `${methods.length} required methods; ${WALLS.interfaceMethodsMax} is the wall: split it by capability`,
    )
  }
}

/** p90 of function and file sizes of each package. */
export function percentileViolations(files: readonly SourceFile[]): Violation[] {
  const packages = new Map<string, SourceFile[]>()
  for (const file of files) {
    if (isTest(file)) continue
    const folder = /^(services\/libs\/[^/]+|[^/]+\/[^/]+)/.exec(file.path)?.[1] ?? file.path
    packages.set(folder, [...(packages.get(folder) ?? []), file])
  }
  return [...packages].flatMap(([folder, members]) => {
    const functions = members.flatMap((file) => {
      const sizes: number[] = []
      walk(file.program, (node) => {
        if (FUNCTIONS.has(node.type)) sizes.push(functionLines(file, node))
      })
      return sizes
    })
    const fileSizes = members.filter((f) => !isTable(f)).map((f) => f.lineOf(f.text.length))
    return [
      ...p90Violation(folder, functions, { rule: 'function-p90', wall: WALLS.functionLinesP90 }),
      ...p90Violation(folder, fileSizes, { rule: 'file-p90', wall: WALLS.fileLinesP90 }),
    ]
  })
}

function p90Violation(folder: string, sizes: readonly number[], { rule, wall }: { rule: string; wall: number }): Violation[] {
  const sorted = [...sizes].sort((a, b) => a - b)
  const p90 = sorted[Math.floor(sorted.length * 0.9)] ?? 0
  return p90 > wall ? [{ path: folder, line: 1, rule, message: `p90 is ${p90} lines; ${wall} is the wall` }] : []
}
