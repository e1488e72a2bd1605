export { type ObjectStore, type ObjectStoreConfig, ObjectStoreError, type ObjectStoreMaintenance } from './object-store.ts'
