import type { Prisma } from './generated/client.ts'

type AnyTx = Pick<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>

/** Runs SQL with positional parameters. `sql` is always a constant of this package; values only ever travel as parameters. */
export function rows<Row>(tx: AnyTx, sql: string, ...values: readonly unknown[]): Promise<Row[]> {
  return tx.$queryRawUnsafe<Row[]>(sql, ...values)
}

export function execute(tx: AnyTx, sql: string, ...values: readonly unknown[]): Promise<number> {
  return tx.$executeRawUnsafe(sql, ...values)
}

/** Postgres int8 as a number. Throws past 2^53, which epochs, counters and amounts of one row do not reach. */
export function fromBigint(value: bigint | number): number {
  const n = Number(value)
  if (!Number.isSafeInteger(n)) throw new RangeError(`int8 ${value} does not fit a number`)
  return n
}

export const toMillicu = (cu: number): number => Math.round(cu * 1000)
export const fromMillicu = (millicu: number): number => millicu / 1000
