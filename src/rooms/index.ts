export { roomEvent } from './present.ts';
export { findRoomInReach, type RoomInReach } from './reach.ts';
export {
  findRoomFor,
  findRoomToPostIn,
  insertRoom,
  leaveName,
  roomContents,
  setLocked,
  touchRoom,
  type MemberView,
  type PostingView,
} from './store.ts';
