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

/** Sort key of a message: when it was posted, and its internal key. */
type Point = readonly [createdAt: number, id: number];

/** Messages of one room, replies among them, newest first (spec 3.4). */
export async function listMessages(place: Place, query: ListQuery): Promise<Page<MessageRow>> {
  const { reader, caller, room } = place;
  const { mentionedPeople, parentId } = query;
  if (mentionedPeople !== undefined) mustNameSelf(caller, mentionedPeople);
  const max = mentionedPeople === undefined ? query.max : Math.min(query.max, MOST_MENTIONS);
  const below = await startingPoint(place, query);

  let rows = selectMessages(reader.query)
    .orderBy('messages.createdAt', 'desc')
    .orderBy('messages.id', 'desc')
    .limit(max + 1);
  if (mentionedPeople !== undefined && parentId === undefined) {
    rows = rows.where('messages.id', 'in', mentions(place, { below, limit: max + 1 }));
  } else {
    rows = rows.where('messages.roomId', '=', room.id);
    if (below) rows = rows.where((eb) => eb(eb.refTuple('messages.createdAt', 'messages.id'), '<', eb.tuple(...below)));
    if (parentId !== undefined) rows = rows.where('messages.parentUuid', '=', bodyKey('MESSAGE', parentId));
    // Those of one thread may be far below the latest of the room.
    if (mentionedPeople !== undefined) rows = rows.where('messages.id', 'in', mentions(place, { below }));
  }
  return newestFirst.page(await rows.execute(), max, ({ createdAt, id }) => [createdAt, id]);
}

const newestFirst = keyset('messages', 'number', 'number');

/** The list goes on strictly below it: the lowest of what the query names. */
async function startingPoint(place: Place, { cursor, before, beforeMessage }: ListQuery): Promise<Point | undefined> {
  const { reader, caller, room, rules } = place;
  const points: (Point | undefined)[] = [newestFirst.after(cursor)];
  if (before !== undefined) points.push([Date.parse(before), 0]);
  if (beforeMessage !== undefined) {
    const message = await findMessageInReach(reader, caller, bodyKey('MESSAGE', beforeMessage), rules);
    if (message?.roomId !== room.id) throw new ApiError('messageNotFound');
    points.push([message.createdAt, message.id]);
  }
  return points
    .filter((point) => point !== undefined)
    .toSorted(([time, id], [otherTime, otherId]) => time - otherTime || id - otherId)
    .at(0);
}

/** Messages of the room that mention the caller, or everybody where that reaches them; the latest of each when limited. */
function mentions(
  { reader, caller, room, rules }: Place,
  { below, limit }: { below: Point | undefined; limit?: number },
) {
  const of = (personId: number | null) => {
    let rows = reader.query
      .selectFrom('messageMentions')
      .select('messageId')
      .where('roomId', '=', room.id)
      .where('personId', personId === null ? 'is' : '=', personId)
      .orderBy('createdAt', 'desc')
      .orderBy('messageId', 'desc');
    if (below) rows = rows.where((eb) => eb(eb.refTuple('createdAt', 'messageId'), '<', eb.tuple(...below)));
    return reader.query.selectFrom((limit === undefined ? rows : rows.limit(limit)).as('latest')).select('messageId');
  };
  const own = of(caller.personId);
  return allReaches(caller, room, rules) ? own.unionAll(of(null)) : own;
}

function mustNameSelf(caller: Caller, mentionedPeople: string): void {
  if (mentionedPeople === 'me' || bodyKey('PEOPLE', mentionedPeople) === caller.uuid) return;
  throw new ApiError('mentionFilterForeign');
}
