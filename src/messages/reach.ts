import { isOfficer, type Caller, type RoomWork } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { findRoomInReach } from '../rooms/index.ts';
import { maySee, type BotRules } from './policy.ts';
import { findMessage, findMessageFor, type MessageRow } from './store.ts';

/** What somebody is about to do with a message. */
export type MessageWork = Extract<RoomWork, `messages_${string}`>;

/** The message, when the caller may see it, and so what it carries: by its room (`findRoomInReach`), and BOT-2. */
export async function findMessageInReach(
  reader: Reader,
  caller: Caller,
  uuid: string,
  rules: BotRules,
  work: MessageWork = 'messages_read',
): Promise<MessageRow | undefined> {
  const message = isOfficer(caller, work)
    ? await ofRoomInReach(reader, caller, uuid, work)
    : await findMessageFor(reader, caller.personId, uuid);
  return message && maySee(caller, message, rules) ? message : undefined;
}

async function ofRoomInReach(
  reader: Reader,
  caller: Caller,
  uuid: string,
  work: MessageWork,
): Promise<MessageRow | undefined> {
  const message = await findMessage(reader, uuid);
  return message && (await findRoomInReach(reader, caller, message.roomUuid, work)) && message;
}
