/** Source files of the repository, parsed once for all checks. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parseSync } from 'oxc-parser'

/** Any node of the ESTree that the parser gives. */
export interface AstNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface ImportEdge {
  readonly specifier: string
  readonly typeOnly: boolean
  readonly line: number
}

export interface SourceFile {
  /** From the repository's root, with '/'. */
  readonly path: string
  readonly text: string
  readonly program: AstNode
  readonly imports: readonly ImportEdge[]
  /** 1-based line of an offset. */
  lineOf(offset: number): number
}

export interface Violation {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

export function parseSource(filePath: string, text: string): SourceFile {
  const parsed = parseSync(filePath, text)
  if (parsed.errors.length > 0) throw new Error(`${filePath}: ${parsed.errors[0]?.message}`)
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
  return {
    path: filePath,
    text,
    program: parsed.program as unknown as AstNode,
    imports: importsOf(parsed.module, text, lineOf),
    lineOf,
  }
}

type Module = ReturnType<typeof parseSync>['module']

function importsOf(module: Module, text: string, lineOf: (offset: number) => number): ImportEdge[] {
  const edges: ImportEdge[] = []
  for (const i of module.staticImports) {
    const typeOnly =
      /^import\s+type\b/.test(text.slice(i.start, i.start + 14)) || (i.entries.length > 0 && i.entries.every((e) => e.isType))
    edges.push({ specifier: i.moduleRequest.value, typeOnly, line: lineOf(i.start) })
  }
  for (const e of module.staticExports) {
    const source = e.entries.find((entry) => entry.moduleRequest)?.moduleRequest
    if (source) edges.push({ specifier: source.value, typeOnly: e.entries.every((entry) => entry.isType), line: lineOf(e.start) })
  }
  for (const d of module.dynamicImports) {
    const raw = text.slice(d.moduleRequest.start, d.moduleRequest.end)
    if (/^['"]/.test(raw)) edges.push({ specifier: raw.slice(1, -1), typeOnly: false, line: lineOf(d.start) })
  }
  return edges
}

/** Visits every node, parents first. */
export function walk(node: AstNode, visit: (node: AstNode, parent: AstNode | undefined) => void, parent?: AstNode): void {
  visit(node, parent)
  for (const key of Object.keys(node)) {
    if (key === 'parent') continue
    const child = node[key]
    for (const item of Array.isArray(child) ? child : [child]) {
      if (item !== null && typeof item === 'object' && typeof (item as AstNode).type === 'string')
        walk(item as AstNode, visit, node)
    }
  }
}

export const isTest = (file: SourceFile): boolean => /\.test\.tsx?$/.test(file.path)
const isSource = (name: string): boolean => /\.(ts|tsx)$/.test(name) && !name.endsWith('.d.ts') && !/(^|\/)generated\//.test(name)

/** Every TypeScript source that git tracks or does not ignore, except generated ones. */
export function readRepository(root: string): SourceFile[] {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const names = listed.status === 0 ? listed.stdout.split('\0').filter(Boolean) : walkFolder(root, '')
  return names
    .filter((name) => isSource(name) && fs.existsSync(path.join(root, name)))
    .map((name) => parseSource(name, fs.readFileSync(path.join(root, name), 'utf8')))
}

/** Without git (an exported tree): everything but what is never ours. */
function walkFolder(root: string, under: string): string[] {
  return fs.readdirSync(path.join(root, under), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
    const name = under === '' ? entry.name : `${under}/${entry.name}`
    return entry.isDirectory() ? walkFolder(root, name) : [name]
  })
}
