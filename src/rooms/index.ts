export { roomEvent } from './present.ts';
export { findRoomFor, insertRoom, setLocked, touchRoom, type MemberView } from './store.ts';
