export { type AddressPolicy, type AddressVerdict, judgeAddress, type ResolvedTarget, UNCONFINED } from './address-policy.ts'
export {
  AddressRefusedError,
  createDialler,
  type Dial,
  type DiallerOptions,
  type DialTarget,
  type ReadInto,
} from './dialler.ts'
