export { kafkaMissing, type RunningKafka, startTestKafka } from './kafka.ts'
export { startPostgres, type TestPostgres } from './postgres.ts'
