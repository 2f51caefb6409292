export { join, leave, type Joiner } from './joining.ts';
export { followModerators, setModerator } from './moderation.ts';
export { hidingEvent, membershipEvent } from './present.ts';
export { memberships, type MembershipRow } from './store.ts';
