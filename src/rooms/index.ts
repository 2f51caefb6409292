export { roomEvent } from './present.ts';
export type { RoomService } from './service.ts';
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
  setLocked,
  touchRoom,
  type MemberView,
  type PostingView,
} from './store.ts';
