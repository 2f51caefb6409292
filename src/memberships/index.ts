export { findInvited, mustNameSomebody } from './invited.ts';
export { admit, disband, join, leave, touched } from './joining.ts';
export { leaveEverywhere } from './leaving.ts';
export { changeRole, followModerators, setModerator } from './moderation.ts';
export { listMembers } from './list.ts';
export { mayChangeMembers, mustKeepModerator, mustLeaveModerator } from './policy.ts';
export { hidingEvent } from './present.ts';
export { memberships, type MembershipRow } from './store.ts';
