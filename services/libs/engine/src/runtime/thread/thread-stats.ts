/**
 * Figures that a thread publishes for the coordinator through shared memory: doubles with one writer each, read without locks.
 * NaN = unknown. State bytes are one atomic 64-bit counter for the whole job, so that the limit binds over all threads.
 */
import { StateLimitError } from '../job-failure.ts'

const FIELDS = [
  'cpuUs',
  /** CPU of turns that moved rows; the rest is what a running job costs anyway. */
  'usefulUs',
  'recordsIn',
  'recordsOut',
  'bytesIn',
  'bytesOut',
  'lateRecordsDropped',
  'errorsIgnored',
  /** Rises whenever something happened that a checkpoint would have to keep. */
  'progress',
  /** Least watermark of the thread's ends. */
  'watermark',
  'lagRecords',
  'oldestUnreadMs',
] as const
export type ThreadField = (typeof FIELDS)[number]

const OPERATOR_FIELDS = 3

export class ThreadStats {
  readonly memory: SharedArrayBuffer
  readonly #values: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#values = new Float64Array(memory)
  }

  static allocate(operators: number): ThreadStats {
    const stats = new ThreadStats(new SharedArrayBuffer((FIELDS.length + operators * OPERATOR_FIELDS) * 8))
    for (const field of ['watermark', 'lagRecords', 'oldestUnreadMs'] as const) stats.set(field, Number.NaN)
    return stats
  }

  get(field: ThreadField): number {
    return this.#values[FIELDS.indexOf(field)]!
  }
  set(field: ThreadField, value: number): void {
    this.#values[FIELDS.indexOf(field)] = value
  }
  add(field: ThreadField, by: number): void {
    this.#values[FIELDS.indexOf(field)]! += by
  }

  addOperator(index: number, by: { in?: number; out?: number }): void {
    const at = FIELDS.length + index * OPERATOR_FIELDS
    this.#values[at]! += by.in ?? 0
    this.#values[at + 1]! += by.out ?? 0
  }
  setOperatorState(index: number, bytes: number): void {
    this.#values[FIELDS.length + index * OPERATOR_FIELDS + 2] = bytes
  }
  operator(index: number): { recordsIn: number; recordsOut: number; stateBytes: number } {
    const at = FIELDS.length + index * OPERATOR_FIELDS
    const [recordsIn = 0, recordsOut = 0, stateBytes = 0] = this.#values.subarray(at, at + OPERATOR_FIELDS)
    return { recordsIn, recordsOut, stateBytes }
  }
}

/** The job's state memory. A charge is refused before the memory is taken. */
export class StateBudget {
  readonly memory: SharedArrayBuffer
  readonly #used: BigInt64Array
  readonly #limit: number

  constructor(memory: SharedArrayBuffer, limitBytes: number) {
    this.memory = memory
    this.#used = new BigInt64Array(memory)
    this.#limit = limitBytes
  }

  static allocate(limitBytes: number): StateBudget {
    return new StateBudget(new SharedArrayBuffer(8), limitBytes)
  }

  get used(): number {
    return Number(Atomics.load(this.#used, 0))
  }

  charge(bytes: number): void {
    const before = Number(Atomics.add(this.#used, 0, BigInt(bytes)))
    if (bytes <= 0 || before + bytes <= this.#limit) return
    Atomics.sub(this.#used, 0, BigInt(bytes))
    throw new StateLimitError(before + bytes, this.#limit)
  }
}
