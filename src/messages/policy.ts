import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { MemberView, PostingView, RoomInReach } from '../rooms/index.ts';
import { mentionedUuids } from './present.ts';
import type { MessageRow } from './store.ts';

/** What the operator decides about bots. */
export interface BotRules {
  /** BOT-7: whether mentioning everybody shows a message to the bots of the room. */
  allReachesBots: boolean;
}

/** MOD-5, MOD-6 */
export function mayPost(room: PostingView): void {
  if (room.isReadOnly === 1) throw new ApiError('roomReadOnly');
  if (room.isAnnouncementOnly === 1 && room.isModerator === 0) throw new ApiError('announcementOnly');
}

/** BOT-2, BOT-3: in a group room a bot sees what mentions it, and its own. */
export function maySee(caller: Caller, message: MessageRow, rules: BotRules): boolean {
  return (
    caller.type !== 'bot' ||
    message.roomType === 'direct' ||
    message.personId === caller.personId ||
    mentionedUuids(message).includes(caller.uuid) ||
    (message.mentionsAll === 1 && rules.allReachesBots)
  );
}

/** BOT-7: whether a mention of everybody is one of the caller. */
export function allReaches(caller: Caller, room: MemberView, rules: BotRules): boolean {
  return caller.type !== 'bot' || room.type === 'direct' || rules.allReachesBots;
}

export function mayEdit(caller: Caller, message: MessageRow): void {
  if (message.personId !== caller.personId) throw new ApiError('notYoursToEdit');
}

/** Spec 3.4: the author, the moderators of a locked room, and compliance officers. */
export function mayDelete(caller: Caller, message: MessageRow, room: RoomInReach): void {
  if (message.personId === caller.personId || room.isModerator === 1 || room.isOfficer) return;
  throw new ApiError('notYourMessage');
}

/** BOT-2: listing a whole group room is not for bots. */
export function mayListAll(caller: Caller, room: MemberView): void {
  if (caller.type === 'bot' && room.type === 'group') throw new ApiError('mentionFilterMissing');
}
