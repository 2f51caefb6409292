export { roomEvent } from './present.ts';
export {
  findRoomFor,
  findRoomToPostIn,
  insertRoom,
  setLocked,
  touchRoom,
  type MemberView,
  type PostingView,
} from './store.ts';
