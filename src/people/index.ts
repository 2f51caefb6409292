export { createOrganization, createPerson, typeOfAddress } from './accounts.ts';
export type { Consequence } from './administration.ts';
export { guestsMustNotMeet } from './policy.ts';
export { SYSTEM_BOT_UUID, systemBot } from './system-bot.ts';
export { findCaller, findPersonByEmail, findPersonByUuid, mustBeThere, type PersonRef } from './store.ts';
export { appKeys, createToken, defaultScopes, newToken, TOKEN_BYTES } from './tokens.ts';
