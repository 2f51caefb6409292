export { AddressGuard, RefusedAddressError, UnknownHostError, type GuardOptions } from './address-guard.ts';
export { parseRewriteRules, rewriteBy, type RewriteRule } from './rewrite.ts';
export { readTarget } from './target.ts';
