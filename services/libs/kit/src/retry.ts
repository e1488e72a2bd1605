import type { Clock } from './clock.ts'

export interface RetryPolicy {
  readonly attemptsMax: number
  readonly baseMs: number
  readonly capMs: number
}

/** Exponential back-off with full jitter: the delay before attempt `attempt` (1-based), in milliseconds. `random` returns [0, 1). */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1)))
}

export interface RetryOptions {
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly random: () => number
  /** Whether another attempt makes sense. */
  readonly retryable: (error: unknown) => boolean
  readonly signal?: AbortSignal
}

/** Runs `action` until it succeeds, the error is not retryable, attempts are used up or the signal aborts; then throws the last error. */
export async function retry<T>(action: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt)
    } catch (error) {
      if (attempt >= options.policy.attemptsMax || !options.retryable(error) || options.signal?.aborted) throw error
      await options.clock.sleep(backoffMs(options.policy, attempt, options.random), options.signal)
    }
  }
}
