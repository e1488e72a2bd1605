import type { OutputFormat } from '../output/render.ts'
import { cellText, tableText } from '../output/render.ts'

export interface ChangeRow {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly row: Readonly<Record<string, unknown>>
}

export interface RowPrinter {
  row(change: ChangeRow): void
  end(): void
}

/** Rows are shown in blocks of this many, so that columns line up without waiting for the end. */
const BLOCK_ROWS = 100

/**
 * jsonl: one {"op","row"} a line, at once. json: one array at the end. table: op and columns, in blocks; a block that is not full is
 * shown after a moment without new rows.
 */
export function createRowPrinter(
  ctx: { readonly format: () => OutputFormat; readonly out: (text: string) => void },
  columns: readonly string[],
): RowPrinter {
  const format = ctx.format()
  const block: ChangeRow[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (block.length === 0) return
    const names = columns.length > 0 ? columns : Object.keys(block[0]!.row)
    ctx.out(
      tableText(
        ['op', ...names],
        block.map((c) => [c.op, ...names.map((n) => cellText(c.row[n]))]),
      ),
    )
    block.length = 0
  }
  return {
    row: (change) => {
      if (format === 'jsonl') {
        ctx.out(`${JSON.stringify({ op: change.op, row: change.row })}\n`)
        return
      }
      block.push(change)
      if (format === 'json') return
      if (block.length >= BLOCK_ROWS) flush()
      else timer ??= setTimeout(flush, 300)
    },
    end: () => {
      if (format === 'json')
        ctx.out(
          `${JSON.stringify(
            block.map(({ op, row }) => ({ op, row })),
            null,
            2,
          )}\n`,
        )
      else flush()
    },
  }
}
