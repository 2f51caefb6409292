import { isOfficer, type Caller, type RoomWork } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { findRoomInReach } from '../rooms/index.ts';
import { maySee, type BotRules } from './policy.ts';
import { findMessage, type MessageRow } from './store.ts';
import { findVisible } from './visible.ts';

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
  if (!isOfficer(caller, work)) return findVisible(reader, caller, uuid, rules);
  const message = await ofRoomInReach(reader, caller, uuid, work);
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
