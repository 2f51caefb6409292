export { AddressGuard, RefusedAddressError, UnknownHostError, type GuardOptions } from './address-guard.ts';
export { readTarget } from './target.ts';
