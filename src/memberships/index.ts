export { join, leave } from './joining.ts';
export { leaveEverywhere } from './leaving.ts';
export { followModerators, setModerator } from './moderation.ts';
export { hidingEvent, membershipEvent } from './present.ts';
export { memberships } from './store.ts';
