/** Laws about what code may call: environment, clocks, randomness, code from text. */
import { type AstNode, isTest, type SourceFile, type Violation, walk } from '../source-file.ts'

interface CallLaw {
  /** Source text of the call or member, for example Date.now. */
  readonly text: string
  readonly message: string
  readonly allowed: (path: string) => boolean
}

const outside = (path: string): boolean => /^(e2e|infra)\//.test(path) || /services\/libs\/(testkit|tooling)\//.test(path)
const isMain = (path: string): boolean => /(^|\/)main\.ts$/.test(path)
const inKit = (path: string): boolean => path.startsWith('services/libs/kit/')

const CALL_LAWS: readonly CallLaw[] = [
  {
    text: 'process.env',
    message: 'only config.ts reads the environment',
    allowed: (path) => outside(path) || /(^|\/)config\.ts$/.test(path),
  },
  {
    text: 'Date.now',
    message: 'time is a parameter: take a Clock',
    allowed: (path) => outside(path) || inKit(path) || isMain(path),
  },
  { text: 'Math.random', message: 'randomness is a parameter', allowed: (path) => outside(path) || inKit(path) || isMain(path) },
]

const COMPILE = 'services/libs/engine/src/codegen/compile.ts'

export function callViolations(file: SourceFile): Violation[] {
  if (isTest(file)) return []
  const found: Violation[] = []
  const report = (node: AstNode, rule: string, message: string) =>
    found.push({ path: file.path, line: file.lineOf(node.start), rule, message })
  walk(file.program, (node) => {
    if (node.type === 'MemberExpression') {
      const text = file.text.slice(node.start, node.end)
      const law = CALL_LAWS.find((l) => l.text === text)
      if (law && !law.allowed(file.path)) report(node, 'call-law', `${text}: ${law.message}`)
    }
    if (node.type === 'NewExpression' || node.type === 'CallExpression') {
      const callee = (node['callee'] as AstNode | undefined) ?? node
      const name = file.text.slice(callee.start, callee.end)
      if ((name === 'Function' || name === 'eval') && file.path !== COMPILE)
        report(node, 'call-law', `${name}: only codegen/compile.ts turns text into code`)
    }
  })
  return found
}
