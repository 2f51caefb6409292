export { AddressGuard, type Connector, type GuardOptions } from './address-guard.ts';
export { REFUSAL, RefusedAddressError, UnknownHostError } from './errors.ts';
export { ownAddresses } from './own-addresses.ts';
export { parseRewriteRules, rewriteBy, type RewriteRule } from './rewrite.ts';
export { readTarget } from './target.ts';
