export { openS3ObjectStore } from './s3-object-store.ts'
