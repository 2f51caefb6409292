import { networkInterfaces } from 'node:os';

/** Where this machine can be reached: a webhook that calls Hearth itself must be allowed by name. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
