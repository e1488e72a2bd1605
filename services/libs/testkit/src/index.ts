export { kafkaMissing, type RunningKafka, startTestKafka, type TestKafka } from './kafka.ts'
export { startPostgres, type TestPostgres } from './postgres.ts'
export { startTlsProxy, type TlsProxy, tlsMissing } from './tls-proxy.ts'
export { s3Missing, startTestS3, type TestS3 } from './versitygw.ts'
