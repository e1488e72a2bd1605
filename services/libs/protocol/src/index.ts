export {
  ERRORS,
  type ErrorCode,
  type ErrorDomain,
  type ErrorEntry,
  errorMessage,
  MillraceError,
  type RetryAdvice,
} from './errors.ts'
export {
  ACTIVE_PHASES,
  isLegalTransition,
  PHASE_TRANSITIONS,
  PHASES,
  SCALING_STATES,
  type ScalingState,
  type StatementPhase,
} from './phase.ts'
export {
  type Condition,
  type Hold,
  KEY_GROUPS,
  type Runtime,
  SLOT_CU_MIN,
  SQL_LENGTH_MAX,
  type StatementSpec,
  type StatementStatus,
} from './statement.ts'
export { physicalTopic, topicPrefix, workspacePrincipal } from './topic-names.ts'
export {
  type Assignment,
  type CommittedCheckpoint,
  type DesiredSet,
  type ResultsPage,
  type ResultsRow,
  RUN_STATES,
  type RunError,
  type RunState,
  type StatementReport,
  type UsageCounters,
  type WorkerReport,
  type WorkerStatus,
} from './worker.ts'
