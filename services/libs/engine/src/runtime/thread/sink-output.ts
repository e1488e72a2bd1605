import type { SinkWriter, TransactionHandle } from '../../connector/sink.ts'
import type { Batch } from '../../data/batch.ts'
import { type FragmentOutput, Wakeup } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'

/** A sink's writer at the end of a fragment. */
export class SinkOutput implements Outlet, FragmentOutput {
  readonly writer: SinkWriter
  readonly #count: (rows: number) => void
  readonly #wakeup = new Wakeup()

  constructor(writer: SinkWriter, count: (rows: number) => void) {
    this.writer = writer
    this.#count = count
  }

  batch(batch: Batch): void {
    if (batch.length === 0) return
    this.writer.write(batch)
    this.#count(batch.length)
  }

  watermark(): void {}
  idle(): void {}
  end(): void {}

  blocked(): boolean {
    return this.writer.ready() !== undefined
  }

  arm(wake: () => void): void {
    this.#wakeup.arm(() => this.writer.ready(), wake)
  }

  /** Everything up to the barrier is with the outside; gives the rows written in the transaction. */
  async finishTransaction(next: TransactionHandle | null): Promise<number> {
    await this.writer.flush()
    const written = this.writer.written()
    if (next) this.writer.begin?.(next)
    return written
  }
}
