import path from 'node:path'
import { isTest, type SourceFile, type Violation } from '../source-file.ts'
import { ENGINE_FORBIDDEN, OWNED_MODULES, PACKAGE_LAWS, type PackageLaw, TEST_IMPORTS } from './packages.ts'

const within = (file: string, folder: string): boolean => file.startsWith(`${folder}/`)
const lawOf = (file: string): PackageLaw | undefined => PACKAGE_LAWS.find((law) => within(file, law.folder))
/** 'a/b' allows a/b and below; 'a' allows a and all its sub-paths. */
const allowedBy = (specifier: string, allowed: string): boolean => specifier === allowed || specifier.startsWith(`${allowed}/`)

/** Dependency laws 1–5 over the imports of one file. */
export function importViolations(file: SourceFile): Violation[] {
  const law = lawOf(file.path)
  return file.imports.flatMap((edge) => {
    const found = [
      workspaceMistake(file, edge.specifier, law),
      ownedMistake(file, edge.specifier, edge.typeOnly),
      engineMistake(file, edge.specifier),
      barrelMistake(file, edge.specifier),
    ]
    return found.flatMap((message) =>
      message === undefined ? [] : [{ path: file.path, line: edge.line, rule: 'dependency-law', message }],
    )
  })
}

function workspaceMistake(file: SourceFile, specifier: string, law: PackageLaw | undefined): string | undefined {
  if (specifier.startsWith('.')) {
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier))
    return law && !within(target, law.folder) ? `${specifier} leaves the package; import it by its name` : undefined
  }
  if (!specifier.startsWith('@millrace/')) return undefined
  if (!law) return `${file.path} belongs to no known package`
  const allowed = isTest(file) || file.path.includes('/testing/') ? [...law.mayImport, ...TEST_IMPORTS] : law.mayImport
  if (specifier === law.name || specifier.startsWith(`${law.name}/`)) return `a package imports itself by name (${specifier})`
  return allowed.some((a) => allowedBy(specifier, a)) ? undefined : `${law.name} may not import ${specifier}`
}

function ownedMistake(file: SourceFile, specifier: string, typeOnly: boolean): string | undefined {
  if (isTest(file) || typeOnly) return undefined
  const owned = OWNED_MODULES.find((m) => m.specifier.test(specifier))
  if (!owned || owned.owners.some((o) => file.path.startsWith(o))) return undefined
  return `only ${owned.owners.join(', ')} may import ${owned.what}`
}

function engineMistake(file: SourceFile, specifier: string): string | undefined {
  if (!within(file.path, 'services/libs/engine') || isTest(file)) return undefined
  if (ENGINE_FORBIDDEN.test(specifier)) return `the engine may not know ${specifier}`
  const pure = within(file.path, 'services/libs/engine/src/sql') || within(file.path, 'services/libs/engine/src/plan')
  return pure && specifier.startsWith('node:')
    ? `engine/sql does no I/O and runs in a browser; it may not import ${specifier}`
    : undefined
}

/** index.ts is a package's public face; inside the package one imports the file that has the thing. */
function barrelMistake(file: SourceFile, specifier: string): string | undefined {
  return /^\.{1,2}\/(.*\/)?index\.ts$/.test(specifier) && !file.path.endsWith('/index.ts')
    ? `${specifier} is a barrel; import the file itself`
    : undefined
}
