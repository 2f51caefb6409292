export { createOrganization, createPerson } from './accounts.ts';
export { guestsMustNotMeet } from './policy.ts';
export { SYSTEM_BOT_UUID, systemBot } from './system-bot.ts';
export { findCaller, findPersonByEmail, findPersonByUuid, type PersonRef } from './store.ts';
export { appKeys, createToken, defaultScopes, newToken, TOKEN_BYTES } from './tokens.ts';
