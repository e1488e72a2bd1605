export { createKafkaSink } from './sink/sink.ts'
export { createKafkaSource } from './source/source.ts'
