import fc from 'fast-check';
import { v5 } from 'uuid';
import { expect, test } from 'vitest';
import { derivedUuid, membershipKey, newUuid, parseId, publicId, type IdType } from './ids.ts';

const person = 'f5b36187-c8dd-4727-8b2f-f9c447f29046';
const room = 'bbceb1ad-43f1-3b58-9147-f14bb0c4d154';

/** The vectors of spec 2.3. */
const vectors: [IdType, string, string][] = [
  ['PEOPLE', person, 'Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY'],
  ['ROOM', room, 'Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0'],
  [
    'MESSAGE',
    '92db3be0-43bd-11e6-8ae9-dd5b3dfc565d',
    'Y2lzY29zcGFyazovL3VzL01FU1NBR0UvOTJkYjNiZTAtNDNiZC0xMWU2LThhZTktZGQ1YjNkZmM1NjVk',
  ],
  [
    'MEMBERSHIP',
    membershipKey(person, room),
    'Y2lzY29zcGFyazovL3VzL01FTUJFUlNISVAvZjViMzYxODctYzhkZC00NzI3LThiMmYtZjljNDQ3ZjI5MDQ2OmJiY2ViMWFkLTQzZjEtM2I1OC05MTQ3LWYxNGJiMGM0ZDE1NA',
  ],
  [
    'WEBHOOK',
    '96abc2aa-3dcc-11e5-a152-fe34819cdc9a',
    'Y2lzY29zcGFyazovL3VzL1dFQkhPT0svOTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh',
  ],
  ['TEAM', room, 'Y2lzY29zcGFyazovL3VzL1RFQU0vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0'],
  [
    'ORGANIZATION',
    '96abc2aa-3dcc-11e5-a152-fe34819cdc9a',
    'Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE',
  ],
  ['ORGANIZATION', 'consumer', 'Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9jb25zdW1lcg'],
];

test.each(vectors)('%s %s', (type, key, id) => {
  expect(publicId(type, key)).toBe(id);
  expect(parseId(type, id)).toEqual({ kind: 'key', key });
  expect(parseId(type, `${id}${'='.repeat((4 - (id.length % 4)) % 4)}`)).toEqual({ kind: 'key', key });
});

test('any cluster is accepted and ignored (ID-3)', () => {
  const id = Buffer.from(`ciscospark://urn:TEAM:us-east-2_a/ROOM/${room}`).toString('base64url');
  expect(parseId('ROOM', id)).toEqual({ kind: 'key', key: room });
});

test('a raw UUID is accepted in either case (ID-2)', () => {
  expect(parseId('PEOPLE', person.toUpperCase())).toEqual({ kind: 'key', key: person });
});

test('the id of another type is told from nonsense (ID-4)', () => {
  expect(parseId('ROOM', publicId('PEOPLE', person))).toEqual({ kind: 'otherType' });
  expect(parseId('ROOM', 'nonsense')).toEqual({ kind: 'malformed' });
  expect(parseId('ROOM', '')).toEqual({ kind: 'malformed' });
});

test('no text makes parsing throw, and whatever is published parses back', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseId('ROOM', text)));
  fc.assert(
    fc.property(fc.uuid(), (key) => {
      expect(parseId('MESSAGE', publicId('MESSAGE', key))).toEqual({ kind: 'key', key });
    }),
  );
});

test('new keys are distinct and in order of time; derived keys follow from their parts', () => {
  const keys = Array.from({ length: 1000 }, newUuid);
  expect(new Set(keys).size).toBe(1000);
  const times = keys.map((key) => key.slice(0, 13));
  expect(times.toSorted()).toEqual(times);
  expect(derivedUuid('a', 'b')).toBe(derivedUuid('a', 'b'));
  expect(derivedUuid('a', 'b')).not.toBe(derivedUuid('ab'));
  fc.assert(
    fc.property(fc.string(), (part) => {
      expect(derivedUuid(part, 'x')).toBe(v5(`${part}\nx`, '5d1e8a3c-2f0b-4b53-9f53-6f2a6d1c7e10'));
    }),
  );
});
