export { type AddressPolicy, type AddressVerdict, judgeAddress, type ResolvedTarget, UNCONFINED } from './address-policy.ts'
export {
  AddressRefusedError,
  createDialler,
  createSocketOpener,
  type Dial,
  type DiallerOptions,
  type DialTarget,
  type OpenSocket,
  type ReadInto,
  type TlsOptions,
} from './dialler.ts'
