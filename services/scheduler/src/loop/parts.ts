import type { Clock, Logger, NewUid } from '@millrace/kit'
import type { RunnableStatement, Store } from '@millrace/store'
import type { WorkerProvisioner } from '../provision/worker-provisioner.ts'
import type { Moment } from './apply-lifecycle.ts'
import type { SampleWindow } from './sample-window.ts'
import type { WorkerRoster } from './worker-roster.ts'

/** What the steps of the loop work with; made by main.ts. */
export interface LoopParts {
  readonly store: Store
  readonly provisioner: WorkerProvisioner
  readonly samples: SampleWindow
  readonly roster: WorkerRoster
  /** Whether all that a statement needs before it can be placed is there; begins to make it otherwise. */
  readonly prepared: (statement: RunnableStatement) => boolean
  readonly clock: Clock
  readonly newUid: NewUid
  readonly log: Logger
  readonly settings: LoopSettings
}

export interface LoopSettings {
  readonly region: string
  /** CU of a worker. */
  readonly workerCu: number
  readonly workersMax: number
  /** Unbound workers kept warm. */
  readonly spareWorkers: number
  /** Silence after which a worker is lost, ms; three times that while its process is seen to be there. */
  readonly lostAfterMs: number
  readonly startTimeoutMs: number
  readonly sweepMs: number
  readonly idleAfterMs: number
  readonly consolidateAfterMs: number
  readonly scaleDownAfterMs: number
  /** Plans whose tenants share worker processes. */
  readonly sharedPlans: readonly string[]
}

export const momentOf = (parts: LoopParts): Moment => ({ now: new Date(parts.clock.now()), newUid: parts.newUid })
