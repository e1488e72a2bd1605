import { systemClock } from '@millrace/kit'
import { JobCoordinator } from './coordinator/job-coordinator.ts'
import type { Job, JobOptions } from './job.ts'

/**
 * Starts a job and gives it at once: what happens from here on is told by its reports. Runs a light coordinator on this thread and
 * `parallelism` worker threads.
 */
export async function startJob(options: JobOptions): Promise<Job> {
  return new JobCoordinator(options, { clock: { ...systemClock, now: options.now }, random: Math.random })
}
