export { createOrganization, createPerson } from './accounts.ts';
export { SYSTEM_BOT_UUID, systemBot } from './system-bot.ts';
export { findCaller, findPersonByEmail, findPersonByUuid, type PersonRef } from './store.ts';
export { appKeys, createToken, newToken, TOKEN_BYTES } from './tokens.ts';
