export {
  AddressGuard,
  RefusedAddressError,
  UnknownHostError,
  type Connector,
  type GuardOptions,
} from './address-guard.ts';
export { readTarget } from './target.ts';
