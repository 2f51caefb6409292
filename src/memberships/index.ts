export { join, leave } from './joining.ts';
export { followModerators, setModerator } from './moderation.ts';
export { mayChangeMembers } from './policy.ts';
export { hidingEvent, membershipEvent } from './present.ts';
export { memberships } from './store.ts';
