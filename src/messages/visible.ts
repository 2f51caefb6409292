import type { Caller } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { maySee, type BotRules } from './policy.ts';
import { findMessageFor, type MessageRow } from './store.ts';

/** The message with this key, when the caller sees it with their own eyes; else there is none (VIS-1, BOT-2, ERR-5). */
export async function findVisible(
  reader: Reader,
  caller: Caller,
  uuid: string,
  rules: BotRules,
): Promise<MessageRow | undefined> {
  const message = await findMessageFor(reader, caller.personId, uuid);
  return message && maySee(caller, message, rules) ? message : undefined;
}
