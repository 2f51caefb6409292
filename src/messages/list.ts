import type { MessagesQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { bodyKey, keyset, type Page } from '../http/index.ts';
import type { MemberView } from '../rooms/index.ts';
import { allReaches, type BotRules } from './policy.ts';
import { findMessageInReach } from './reach.ts';
import { selectMessages, type MessageRow } from './store.ts';

/** Webex allows fewer when the list is narrowed to mentions (spec 1.8). */
const MOST_MENTIONS = 100;

export type ListQuery = Partial<Omit<MessagesQuery, 'roomId'>> & { max: number };

/** Who reads which room, and by what rules. */
interface Place {
  reader: Reader;
  caller: Caller;
  room: MemberView;
  rules: BotRules;
}

/** Messages of one room, replies among them, newest first (spec 3.4). */
export async function listMessages(place: Place, query: ListQuery): Promise<Page<MessageRow>> {
  const { reader, caller, room, rules } = place;
  let max = query.max;
  let rows = selectMessages(reader.query)
    .where('messages.roomId', '=', room.id)
    .orderBy('messages.createdAt', 'desc')
    .orderBy('messages.id', 'desc');

  if (query.mentionedPeople !== undefined) {
    mustNameSelf(caller, query.mentionedPeople);
    max = Math.min(max, MOST_MENTIONS);
    rows = rows.where('messages.id', 'in', (eb) =>
      eb
        .selectFrom('messageMentions')
        .select('messageId')
        .where('roomId', '=', room.id)
        .where((mention) =>
          mention.or([
            mention('personId', '=', caller.personId),
            ...(allReaches(caller, room, rules) ? [mention('personId', 'is', null)] : []),
          ]),
        ),
    );
  }
  if (query.parentId !== undefined) rows = rows.where('messages.parentUuid', '=', bodyKey('MESSAGE', query.parentId));
  if (query.before !== undefined) rows = rows.where('messages.createdAt', '<', Date.parse(query.before));

  for (const position of await startingPoints(place, query)) {
    const [time, id] = position;
    rows = rows.where((eb) =>
      eb.or([
        eb('messages.createdAt', '<', time),
        eb.and([eb('messages.createdAt', '=', time), eb('messages.id', '<', id)]),
      ]),
    );
  }
  return newestFirst.page(await rows.limit(max + 1).execute(), max, ({ createdAt, id }) => [createdAt, id]);
}

const newestFirst = keyset('messages', 'number', 'number');

/** The list goes on strictly below each of these. */
async function startingPoints(
  place: Place,
  { cursor, beforeMessage }: ListQuery,
): Promise<(readonly [number, number])[]> {
  const { reader, caller, room, rules } = place;
  const points: (readonly [number, number])[] = [];
  const page = newestFirst.after(cursor);
  if (page) points.push(page);
  if (beforeMessage !== undefined) {
    const message = await findMessageInReach(reader, caller, bodyKey('MESSAGE', beforeMessage), rules);
    if (message?.roomId !== room.id) throw new ApiError('messageNotFound');
    points.push([message.createdAt, message.id]);
  }
  return points;
}

function mustNameSelf(caller: Caller, mentionedPeople: string): void {
  if (mentionedPeople === 'me' || bodyKey('PEOPLE', mentionedPeople) === caller.uuid) return;
  throw new ApiError('mentionFilterForeign');
}
