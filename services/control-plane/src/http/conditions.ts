import type { Condition } from '@millrace/protocol'

/** A condition of a resource that provisioning has not looked at yet. */
export const unknownCondition = (type: string, now: Date): Condition => ({
  type,
  status: 'Unknown',
  reason: 'Provisioning',
  message: 'Not set up yet.',
  last_transition_time: now.toISOString(),
})
