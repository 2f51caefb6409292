export type { Account } from './people.ts';
export { readWorld, WorldError } from './read.ts';
export { hasWorld, seedWorld } from './seed.ts';
export type { World } from './schema.ts';
export { standardWorld } from './standard.ts';
export { newTokenSeed, openTokenSeed } from './token-seed.ts';
