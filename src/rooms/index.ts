export { roomEvent } from './present.ts';
export type { RoomService } from './service.ts';
export { findRoomInReach, type RoomInReach } from './reach.ts';
export {
  archiveRoom,
  findRoomFor,
  findRoomOfTeamFor,
  findRoomToJoin,
  findRoomToPostIn,
  findTeamFor,
  insertRoom,
  isGeneralRoom,
  joinTeam,
  ownRoomsOfTeam,
  roomsOfTeam,
  selectRoomsFor,
  leaveName,
  roomContents,
  setLocked,
  touchRoom,
  type MemberView,
  type PostingView,
} from './store.ts';
