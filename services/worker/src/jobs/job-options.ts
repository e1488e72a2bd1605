import type { JobOptions } from '@millrace/engine/runtime'
import { parseDuration } from '@millrace/kit'
import type { Assignment } from '@millrace/protocol'

/** What every job of this worker has in common. */
export interface JobSetting {
  readonly installation: string
  readonly store: JobOptions['store']
  readonly connectorModule: string
  /** Folder under which each workspace has its root; undefined where the worker has no tenant files. */
  readonly filesRoot: string | undefined
  readonly allowedAddresses: readonly string[]
  readonly now: () => number
}

export interface JobHooks {
  readonly confirm: () => Promise<boolean>
  readonly log: JobOptions['log']
}

const CHECKPOINT_INTERVAL_MS = 1000

/** The engine's options for an assignment. Paths and secrets come from the assignment alone, never from the environment. */
export function jobOptions(assignment: Assignment, setting: JobSetting, hooks: JobHooks): JobOptions {
  const interval = parseDuration(assignment.properties['execution.checkpointing.interval'] ?? '')
  return {
    plan: assignment.program as JobOptions['plan'],
    parallelism: assignment.parallelism,
    cu: assignment.cu,
    installation: setting.installation,
    statementVersion: assignment.statement_version,
    epoch: assignment.epoch,
    knownCheckpoint: assignment.checkpoint,
    store: setting.store,
    checkpointPrefix: assignment.checkpoint_prefix,
    checkpointIntervalMs: interval && interval > 0 ? interval : CHECKPOINT_INTERVAL_MS,
    connectorModule: setting.connectorModule,
    secrets: assignment.secrets,
    ...(setting.filesRoot === undefined ? {} : { filesRoot: `${setting.filesRoot}/${assignment.files_prefix}` }),
    allowedAddresses: setting.allowedAddresses,
    stateLimitBytes: assignment.state_limit_bytes,
    confirm: hooks.confirm,
    now: setting.now,
    log: hooks.log,
  }
}
