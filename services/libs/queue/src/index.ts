export {
  migrateQueue,
  openWakeUps,
  WAKE_UP_KINDS,
  type WakeUpHandler,
  type WakeUpKind,
  type WakeUpOptions,
  type WakeUps,
} from './wake-ups.ts'
