export { findRoomFor, touchRoom, type MemberView } from './store.ts';
