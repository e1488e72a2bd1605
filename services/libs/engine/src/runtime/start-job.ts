import { JobCoordinator } from './coordinator/job-coordinator.ts'
import type { Job, JobOptions } from './job.ts'
import { systemAmbience } from './system-ambience.ts'

/**
 * Starts a job and gives it at once: what happens from here on is told by its reports. Runs a light coordinator on this thread and
 * `parallelism` worker threads.
 */
export async function startJob(options: JobOptions): Promise<Job> {
  const { clock, random } = systemAmbience()
  return new JobCoordinator(options, { clock: { ...clock, now: options.now }, random })
}
