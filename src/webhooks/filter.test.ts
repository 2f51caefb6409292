import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../core/errors.ts';
import type { EventFacts } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import { clauseInWords, holds, parseFilter, pins, type FilteredEvent } from './filter.ts';
import { filterKeysOf, type FilterKey, type WebhookResource } from './matrix.ts';

const owner = 'f5b36187-c8dd-4727-8b2f-f9c447f29046';
const matt = '1f7de5cb-8561-4671-bc03-bc9743144420';
const stranger = '0a0a0a0a-0000-4000-8000-000000000000';
const room = 'bbceb1ad-43f1-3b58-9147-f14bb0c4d154';
const otherRoom = 'aaaaaaaa-43f1-3b58-9147-f14bb0c4d154';
const message = '92db3be0-43bd-11e6-8ae9-dd5b3dfc565d';
const otherMessage = 'aaaaaaaa-43bd-11e6-8ae9-dd5b3dfc565d';
const resources: readonly WebhookResource[] = ['messages', 'memberships', 'rooms', 'attachmentActions', 'all'];

/** One event of each kind that the log can hold; all in the same room. */
const happened = {
  message: inRoom({
    roomType: 'group',
    personUuid: matt,
    personEmail: 'matt+bot@example.com',
    mentionedPeople: [owner],
    mentionsAll: false,
    hasFiles: true,
    hasAttachments: false,
  }),
  membership: inRoom({
    roomType: 'group',
    personUuid: matt,
    personEmail: 'matt+bot@example.com',
    isModerator: true,
    isRoomHidden: false,
  }),
  room: inRoom({ roomType: 'group', isLocked: true }),
  action: inRoom({ roomType: 'group', personUuid: matt, messageUuid: message }),
};
type Kind = keyof typeof happened;

function inRoom(facts: EventFacts): FilteredEvent {
  return { roomUuid: room, facts };
}

function passes(resource: WebhookResource, text: string, event: FilteredEvent): boolean {
  return parseFilter(resource, text, owner).every((clause) => holds(clause, event));
}

/** Why the filter is refused; undefined when it is not. */
function refusal(resource: WebhookResource, text: string): unknown {
  try {
    parseFilter(resource, text, owner);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** For each key: a resource that has it, a value that fits and one that does not, and the kinds with the property. */
const everyKey: Record<FilterKey, { of: WebhookResource; fits: string; fails: string; kinds: readonly Kind[] }> = {
  roomId: { of: 'all', fits: room, fails: otherRoom, kinds: ['message', 'membership', 'room', 'action'] },
  roomType: { of: 'all', fits: 'group', fails: 'direct', kinds: ['message', 'membership', 'room', 'action'] },
  type: { of: 'rooms', fits: 'group', fails: 'direct', kinds: ['message', 'membership', 'room', 'action'] },
  personId: { of: 'all', fits: matt, fails: stranger, kinds: ['message', 'membership', 'action'] },
  personEmail: {
    of: 'all',
    fits: 'Matt+Bot@Example.com',
    fails: 'mattbot@example.com',
    kinds: ['message', 'membership'],
  },
  mentionedPeople: { of: 'messages', fits: `${stranger},me`, fails: matt, kinds: ['message'] },
  messageId: { of: 'attachmentActions', fits: message, fails: otherMessage, kinds: ['action'] },
  hasFiles: { of: 'messages', fits: 'true', fails: 'false', kinds: ['message'] },
  hasAttachments: { of: 'messages', fits: 'false', fails: 'true', kinds: ['message'] },
  isModerator: { of: 'memberships', fits: 'true', fails: 'false', kinds: ['membership'] },
  isRoomHidden: { of: 'memberships', fits: 'false', fails: 'true', kinds: ['membership'] },
  isLocked: { of: 'rooms', fits: 'true', fails: 'false', kinds: ['room'] },
};
const kinds = Object.keys(happened) as Kind[];

describe('every key, every kind of event', () => {
  const cases = (Object.entries(everyKey) as [FilterKey, (typeof everyKey)[FilterKey]][]).flatMap(([key, row]) =>
    kinds.map((kind) => ({ key, kind, ...row, has: row.kinds.includes(kind) })),
  );
  test.each(cases)('$key and a $kind: $has', ({ key, kind, of, fits, fails, has }) => {
    expect(passes(of, `${key}=${fits}`, happened[kind])).toBe(has);
    expect(passes(of, `${key}=${fails}`, happened[kind])).toBe(false);
  });
});

describe('meaning', () => {
  test('no clause wants everything', () => {
    expect(parseFilter('all', '', owner)).toEqual([]);
  });

  test('FLT-1: all clauses must hold', () => {
    expect(passes('messages', `roomId=${room}&personId=${matt}`, happened.message)).toBe(true);
    expect(passes('messages', `roomId=${otherRoom}&personId=${matt}`, happened.message)).toBe(false);
    expect(passes('messages', `roomId=${room}&personId=${stranger}`, happened.message)).toBe(false);
  });

  test.each([
    ['canonical', publicId('ROOM', room)],
    ['padded', `${publicId('ROOM', room)}==`],
    ['padding percent-encoded', `${publicId('ROOM', room)}%3D%3D`],
    ['UUID', room],
    ['UUID in upper case', room.toUpperCase()],
    ['another cluster', base64url(`ciscospark://urn:TEAM:us-east-2_a/ROOM/${room}`)],
  ])('FLT-4: room id, %s', (_, id) => {
    const filter = parseFilter('messages', `roomId=${id}`, owner);
    expect(filter).toEqual([{ key: 'roomId', uuid: room, text: `roomId=${id}` }]);
  });

  test.each([
    ['FLT-5: a plus is a plus', 'matt+bot@example.com', true],
    ['any case', 'MATT+BOT@example.COM', true],
    ['plus percent-encoded', 'matt%2Bbot@example.com', true],
    ['at percent-encoded', 'matt+bot%40example.com', true],
    ['without the part after the plus', 'matt@example.com', false],
  ])('personEmail, %s', (_, email, expected) => {
    expect(passes('messages', `personEmail=${email}`, happened.message)).toBe(expected);
  });

  test.each([
    ['me', true],
    [owner, true],
    [publicId('PEOPLE', owner), true],
    [`${stranger},${publicId('PEOPLE', owner)}`, true],
    [`${stranger}%2Cme`, true],
    [stranger, false],
  ])('FLT-6: mentionedPeople=%s', (people, expected) => {
    expect(passes('messages', `mentionedPeople=${people}`, happened.message)).toBe(expected);
  });

  test('FLT-6: nobody mentioned', () => {
    expect(passes('messages', 'mentionedPeople=me', inRoom({ roomType: 'group', mentionsAll: true }))).toBe(false);
  });
});

describe('in words', () => {
  const says = (resource: WebhookResource, text: string, event: FilteredEvent) =>
    parseFilter(resource, text, owner).map((clause) => clauseInWords(clause, event));

  test.each<[WebhookResource, string, Kind, string]>([
    ['messages', 'hasFiles=true', 'message', 'The filter asks for hasFiles=true, as the event has hasFiles=true.'],
    ['messages', 'roomType=direct', 'message', 'The filter asks for roomType=direct; the event has roomType=group.'],
    ['all', 'personEmail=a@b', 'action', 'The filter asks for personEmail=a@b; the event has no personEmail.'],
    [
      'messages',
      `personId=${stranger}`,
      'message',
      `The filter asks for personId=${stranger}; the event has personId=${publicId('PEOPLE', matt)}.`,
    ],
    [
      'messages',
      'mentionedPeople=me',
      'message',
      `The filter asks for mentionedPeople=me, as the event has mentionedPeople=${publicId('PEOPLE', owner)}.`,
    ],
  ])('%s %s and a %s', (resource, text, kind, sentence) => {
    expect(says(resource, text, happened[kind])).toEqual([sentence]);
  });

  test('what happened in no room has no roomId', () => {
    const nowhere = { roomUuid: '', facts: {} };
    expect(says('all', `roomId=${room}`, nowhere)).toEqual([
      `The filter asks for roomId=${room}; the event has no roomId.`,
    ]);
  });
});

describe('what is refused', () => {
  test.each<[string, WebhookResource, string, string]>([
    ['an id of another kind', 'messages', `roomId=${publicId('PEOPLE', matt)}`, 'roomId'],
    ['an id that is none', 'messages', 'roomId=nonsense', 'roomId'],
    ['an id of the right kind around no UUID', 'messages', `personId=${publicId('PEOPLE', 'x')}`, 'personId'],
    ['an empty id', 'attachmentActions', 'messageId=', 'messageId'],
    ['me where an id is asked for', 'messages', 'personId=me', 'personId'],
    ['no e-mail address', 'messages', 'personEmail=matt', 'personEmail'],
    ['an address with a blank', 'messages', 'personEmail=matt%20bot@example.com', 'personEmail'],
    ['two addresses', 'messages', 'personEmail=a@example.com,b@example.com', 'personEmail'],
    ['an empty list', 'messages', 'mentionedPeople=', 'mentionedPeople'],
    ['a list with a hole', 'messages', `mentionedPeople=me,,${matt}`, 'mentionedPeople'],
    ['a list with a room', 'messages', `mentionedPeople=me,${publicId('ROOM', room)}`, 'mentionedPeople'],
    ['a flag in another case', 'messages', 'hasFiles=True', 'hasFiles'],
    ['a flag as a number', 'memberships', 'isModerator=1', 'isModerator'],
    ['a kind of room that is none', 'messages', 'roomType=team', 'roomType'],
    ['another case', 'rooms', 'type=Direct', 'type'],
    ['a broken % sequence', 'messages', 'personEmail=a%2@example.com', 'personEmail'],
    ['bytes that are not UTF-8', 'messages', 'personEmail=%ff@example.com', 'personEmail'],
    ['a key without a value', 'messages', 'hasFiles', 'hasFiles'],
    ['a trailing &', 'messages', 'hasFiles=true&', ''],
    ['WH-12: a key twice', 'messages', `roomId=${room}&roomId=${otherRoom}`, 'roomId'],
    ['WH-12: a key twice with the same value', 'messages', 'hasFiles=true&roomType=group&hasFiles=true', 'hasFiles'],
  ])('%s', (_, resource, text, key) => {
    expect(refusal(resource, text)).toMatchObject({
      code: 'filterInvalid',
      status: 400,
      message: `invalid value for filter: ${key}`,
      descriptions: [`invalid value for filter: ${key}`, expect.stringMatching(/\w.*\.$/)],
    });
  });

  test.each(['RoomId', 'roomid', 'room%49d', ' roomId', 'parentId', 'id', '', '__proto__', 'hostEmail'])(
    'FLT-3: %j is a key of nothing',
    (key) => {
      for (const resource of resources) {
        const allowed = filterKeysOf(resource).join(', ');
        expect(refusal(resource, `${key}=${room}`)).toMatchObject({
          code: 'filterKeyUnknown',
          status: 400,
          message: `invalid value for filter: ${key}`,
          descriptions: [
            `invalid value for filter: ${key}`,
            `'${key}' is not a filter of ${resource}: use ${allowed}.`,
          ],
        });
      }
    },
  );

  test.each(resources)('WH-6: %s takes its own keys and no other', (resource) => {
    const taken = Object.entries(everyKey).filter(([key, { fits }]) => !refusal(resource, `${key}=${fits}`));
    expect(taken.map(([key]) => key).toSorted()).toEqual(filterKeysOf(resource).toSorted());
  });
});

describe('pins', () => {
  test.each([
    ['roomType=group', {}],
    [`roomId=${publicId('ROOM', room)}`, { roomUuid: room }],
    [`roomId=${room}&personId=${matt}`, { roomUuid: room, personUuid: matt }],
    ['personEmail=Matt@Example.com', { personEmail: 'matt@example.com' }],
  ])('%s', (text, expected) => {
    expect(pins(parseFilter('messages', text, owner))).toEqual(expected);
  });
});

describe('properties', () => {
  const uuid = fc.uuid();
  const email = fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9._+%-]+$/), fc.domain())
    .map(([local, domain]) => `${local}@${domain}`);
  const flag = fc.boolean();

  /** A filter of messages in writing, and what it means. */
  const written = fc
    .record(
      {
        roomId: uuid.chain((key) => idText('ROOM', key).map((text) => ({ text, means: { uuid: key } }))),
        personId: uuid.chain((key) => idText('PEOPLE', key).map((text) => ({ text, means: { uuid: key } }))),
        personEmail: email.map((text) => ({ text, means: { email: text.toLowerCase() } })),
        roomType: fc.constantFrom('direct', 'group').map((text) => ({ text, means: { roomType: text } })),
        mentionedPeople: fc.array(fc.oneof(fc.constant('me'), uuid), { minLength: 1, maxLength: 4 }).map((ids) => ({
          text: ids.join(','),
          means: { people: new Set(ids.map((id) => (id === 'me' ? owner : id))) },
        })),
        hasFiles: flag.map((value) => ({ text: String(value), means: { flag: value } })),
      },
      { requiredKeys: [] },
    )
    .chain((record) => fc.shuffledSubarray(Object.entries(record)))
    .filter((clauses) => clauses.length > 0);

  test('what is written is what is meant, with encoded values too', () => {
    fc.assert(
      fc.property(written, flag, (clauses, encodeAll) => {
        const encode = (text: string) => (encodeAll ? encodeURIComponent(text) : text.replaceAll('%', '%25'));
        const parts = clauses.map(([key, { text }]) => `${key}=${encode(text)}`);
        expect(parseFilter('messages', parts.join('&'), owner)).toEqual(
          clauses.map(([key, { means }], at) => ({ key, ...means, text: parts[at] })),
        );
      }),
    );
  });

  test('the clauses of a filter read as the filter', () => {
    fc.assert(
      fc.property(written, (clauses) => {
        const text = clauses.map(([key, value]) => `${key}=${value.text.replaceAll('%', '%25')}`).join('&');
        const filter = parseFilter('messages', text, owner);
        expect(filter.map((clause) => clause.text).join('&')).toBe(text);
        for (const clause of filter) expect(parseFilter('messages', clause.text, owner)).toEqual([clause]);
      }),
    );
  });

  test('any text is read or refused with 400, never anything else', () => {
    const token = fc.constantFrom(
      'roomId',
      'personEmail',
      'mentionedPeople',
      'hasFiles',
      '=',
      '&',
      '%',
      '%2C',
      ',',
      'me',
      room,
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...resources), text, (resource, filter) => {
        const outcome = refusal(resource, filter);
        expect(outcome === undefined || (outcome instanceof ApiError && outcome.status === 400)).toBe(true);
      }),
    );
  });

  test('an event that passes has what the filter pins', () => {
    const keys = filterKeysOf('messages');
    const clauses = fc
      .subarray([...keys])
      .chain((some) =>
        fc.tuple(
          ...some.map((key) =>
            fc.constantFrom(everyKey[key].fits, everyKey[key].fails).map((value) => `${key}=${value}`),
          ),
        ),
      );
    fc.assert(
      fc.property(clauses, fc.constantFrom(...kinds), (parts, kind) => {
        const text = parts.join('&');
        const { roomUuid, facts } = happened[kind];
        const found = { roomUuid, personUuid: facts.personUuid, personEmail: facts.personEmail };
        const pinned = pins(parseFilter('messages', text, owner));
        const findable = Object.entries(pinned).every(([key, value]) => found[key as keyof typeof found] === value);
        expect(findable || !passes('messages', text, happened[kind])).toBe(true);
      }),
    );
  });
});

/** The forms in which a client may give an id. */
function idText(type: 'ROOM' | 'PEOPLE', key: string): fc.Arbitrary<string> {
  return fc.constantFrom(key, key.toUpperCase(), publicId(type, key), `${publicId(type, key)}=`);
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
