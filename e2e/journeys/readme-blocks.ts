/** The README's blocks that claim to be real: one command behind `$ `, then what it prints. */

export interface ReadmeBlock {
  readonly line: number
  readonly command: string
  readonly output: string
  /** The command ends with an exit code that is not 0 and prints to stderr. */
  readonly fails: boolean
}

const BLOCK = /<!-- test:local( fails)? -->\n```console\n\$ (.*)\n([\s\S]*?)```/g

export function readmeBlocks(markdown: string): ReadmeBlock[] {
  return [...markdown.matchAll(BLOCK)].map((found) => ({
    line: markdown.slice(0, found.index).split('\n').length,
    command: found[2]!,
    output: found[3]!,
    fails: found[1] !== undefined,
  }))
}

export const markedBlocks = (markdown: string): number => markdown.match(/<!-- test:local/g)?.length ?? 0
