import { ApiError } from '../core/errors.ts';
import type { LoggedEvent, RoomType } from '../core/events.ts';
import { isUuid, parseId, publicId, type IdType } from '../core/ids.ts';
import { filterKeysOf, type FilterKey, type WebhookResource } from './matrix.ts';

/** Conditions that must all hold (FLT-1); no clause: everything is wanted. */
export type Filter = readonly Clause[];

/** One condition of a filter. `text` is its `key=value` as the client wrote it. */
export type Clause = Condition & { readonly text: string };

type Condition =
  | { readonly key: 'roomId' | 'personId' | 'messageId'; readonly uuid: string }
  /** Lower case. */
  | { readonly key: 'personEmail'; readonly email: string }
  | { readonly key: 'roomType' | 'type'; readonly roomType: RoomType }
  /** UUIDs, of which at least one is mentioned. */
  | { readonly key: 'mentionedPeople'; readonly people: ReadonlySet<string> }
  | { readonly key: FlagKey; readonly flag: boolean };

type FlagKey = 'hasFiles' | 'hasAttachments' | 'isModerator' | 'isRoomHidden' | 'isLocked';

/** What a clause looks at. */
export type FilteredEvent = Pick<LoggedEvent, 'roomUuid' | 'facts'>;

/**
 * Reads a filter of the language of spec 4.4; an empty text is no filter. `ownerUuid` is what `me` stands for. Throws
 * `filterKeyUnknown` or `filterInvalid` (WH-6, WH-12, FLT-4); whether what ids name exists is not asked here.
 */
export function parseFilter(resource: WebhookResource, text: string, ownerUuid: string): Filter {
  if (text === '') return [];
  const seen = new Set<FilterKey>();
  return text.split('&').map((part) => {
    const clause = parseClause(resource, part, ownerUuid);
    if (seen.has(clause.key)) throw invalid(clause.key, `${clause.key} can be given once only.`);
    seen.add(clause.key);
    return clause;
  });
}

/** Whether the condition holds for the event. One about a property that the event's resource lacks never does. */
export function holds(clause: Clause, { roomUuid, facts }: FilteredEvent): boolean {
  switch (clause.key) {
    case 'roomId':
      return roomUuid === clause.uuid;
    case 'personId':
      return facts.personUuid === clause.uuid;
    case 'messageId':
      return facts.messageUuid === clause.uuid;
    case 'personEmail':
      return facts.personEmail === clause.email;
    case 'roomType':
    case 'type':
      return facts.roomType === clause.roomType;
    case 'mentionedPeople':
      return facts.mentionedPeople?.some((uuid) => clause.people.has(uuid)) ?? false;
    case 'hasFiles':
    case 'hasAttachments':
    case 'isModerator':
    case 'isRoomHidden':
    case 'isLocked':
      return facts[clause.key] === clause.flag;
  }
}

/** What the clause asks for beside what the event has, in a sentence. */
export function clauseInWords(clause: Clause, event: FilteredEvent): string {
  const found = valueOf(clause.key, event);
  const has = found === undefined ? `the event has no ${clause.key}` : `the event has ${clause.key}=${found}`;
  return holds(clause, event)
    ? `The filter asks for ${clause.text}, as ${has}.`
    : `The filter asks for ${clause.text}; ${has}.`;
}

/** As a filter would write it; undefined where the event has no such property. */
function valueOf(key: FilterKey, { roomUuid, facts }: FilteredEvent): string | undefined {
  const id = (type: IdType, uuid: string | undefined) => (uuid ? publicId(type, uuid) : undefined);
  switch (key) {
    case 'roomId':
      return id('ROOM', roomUuid);
    case 'personId':
      return id('PEOPLE', facts.personUuid);
    case 'messageId':
      return id('MESSAGE', facts.messageUuid);
    case 'personEmail':
      return facts.personEmail;
    case 'roomType':
    case 'type':
      return facts.roomType;
    case 'mentionedPeople':
      return facts.mentionedPeople?.map((uuid) => publicId('PEOPLE', uuid)).join(',') || undefined;
    case 'hasFiles':
    case 'hasAttachments':
    case 'isModerator':
    case 'isRoomHidden':
    case 'isLocked':
      return facts[key]?.toString();
  }
}

/** What every event that passes the filter has in common: where an index may look for it. */
export interface Pins {
  roomUuid?: string;
  personUuid?: string;
  personEmail?: string;
}

export function pins(filter: Filter): Pins {
  const pinned: Pins = {};
  for (const clause of filter) {
    if (clause.key === 'roomId') pinned.roomUuid = clause.uuid;
    if (clause.key === 'personId') pinned.personUuid = clause.uuid;
    if (clause.key === 'personEmail') pinned.personEmail = clause.email;
  }
  return pinned;
}

function parseClause(resource: WebhookResource, text: string, ownerUuid: string): Clause {
  // The value may hold more of them: padded ids end in `=`.
  const equals = text.indexOf('=');
  if (equals === -1) throw invalid(text, 'A filter is key=value, several of them joined by &.');
  const name = text.slice(0, equals);
  const allowed = filterKeysOf(resource);
  const key = allowed.find((candidate) => candidate === name);
  if (key === undefined) throw new ApiError('filterKeyUnknown', { key: name, resource, allowed: allowed.join(', ') });
  return { text, ...parseCondition(key, decode(key, text.slice(equals + 1)), ownerUuid) };
}

function parseCondition(key: FilterKey, value: string, ownerUuid: string): Condition {
  switch (key) {
    case 'roomId':
      return { key, uuid: readId(key, 'ROOM', value) };
    case 'personId':
      return { key, uuid: readId(key, 'PEOPLE', value) };
    case 'messageId':
      return { key, uuid: readId(key, 'MESSAGE', value) };
    case 'personEmail':
      return { key, email: readEmail(key, value) };
    case 'roomType':
    case 'type':
      return { key, roomType: readRoomType(key, value) };
    case 'mentionedPeople': {
      const people = value.split(',').map((id) => (id === 'me' ? ownerUuid : readId(key, 'PEOPLE', id)));
      return { key, people: new Set(people) };
    }
    case 'hasFiles':
    case 'hasAttachments':
    case 'isModerator':
    case 'isRoomHidden':
    case 'isLocked':
      return { key, flag: readFlag(key, value) };
  }
}

/** FLT-5: values may be percent-encoded, but a plus is a plus. */
function decode(key: FilterKey, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid(key, 'A % starts an encoded character of UTF-8; write %25 for the sign itself.');
  }
}

function readId(key: FilterKey, type: IdType, value: string): string {
  const parsed = parseId(type, value);
  if (parsed.kind !== 'key' || !isUuid(parsed.key))
    throw invalid(key, `'${value}' is not an id of the kind that ${key} takes.`);
  return parsed.key;
}

function readEmail(key: FilterKey, value: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(value)) throw invalid(key, `'${value}' is not an e-mail address.`);
  return value.toLowerCase();
}

function readRoomType(key: FilterKey, value: string): RoomType {
  if (value !== 'direct' && value !== 'group') throw invalid(key, `${key} is direct or group.`);
  return value;
}

function readFlag(key: FilterKey, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw invalid(key, `${key} is true or false.`);
  return value === 'true';
}

function invalid(key: string, reason: string): ApiError {
  return new ApiError('filterInvalid', { key }, [reason]);
}
