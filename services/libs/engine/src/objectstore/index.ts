export { describeObjectStore, type StoreTestRunner } from './conformance.ts'
export { createFsStore } from './fs.ts'
export { type ObjectStore, type ObjectStoreConfig, ObjectStoreError, type ObjectStoreMaintenance } from './object-store.ts'
