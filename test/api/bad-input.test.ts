import { beforeAll, describe, expect, test } from 'vitest';
import { ErrorBody, type Membership, type Message, type Webhook } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { createToken } from '../../src/people/index.ts';
import { personKey, rowCounts } from '../support/log.ts';
import { nextOf } from '../support/pages.ts';
import { raw, type RawAnswer, type RawRequest } from '../support/raw.ts';
import { people, personId, startServer, type TestServer, tokenOf } from '../support/server.ts';

/**
 * Everything that is refused, and how: each row is one request, the status and the message it is answered with. All of
 * them are sent to one server by Alice; none of them may leave a trace in its tables.
 */
interface Row {
  what: string;
  send: (scene: Scene) => RawRequest;
  status: number;
  message: string | RegExp;
  /** Of a 405: what is allowed. */
  allow?: string;
}

/** Ids to be wrong with, and Alice's tokens that are not what they should be. */
interface Scene {
  room: string;
  message: string;
  reply: string;
  membership: string;
  webhook: string;
  direct: string;
  /** Of Bob, and nothing that Alice may see. */
  bobs: { room: string; message: string; membership: string; webhook: string };
  cursors: { rooms: string; people: string };
}

async function setScene(server: TestServer): Promise<Scene> {
  const [alice, bob] = [server.as('alice'), server.as('bob')];
  const { id: room } = await server.room('Demo', 'alice', 'bob');
  const post = (body: object) => alice.ok<Message>('POST', '/v1/messages', { text: 'x', ...body });
  const message = await post({ roomId: room });
  const own = await alice.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room}`);
  const bobsRoom = await server.room('Bob alone', 'bob');
  const bobsOwn = await bob.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${bobsRoom.id}`);
  const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'updated' };
  const cursorOf = async (path: string) => new URL(nextOf((await alice.get(path)).headers) ?? '').searchParams.get('cursor') ?? '';
  const { roomId: direct } = await post({ toPersonEmail: people.bob.email });
  const personKeyOfAlice = await personKey(server, 'alice');
  await server.app.db.write(async (tx) => {
    const token = { personId: personKeyOfAlice, now: server.clock.now() };
    await createToken(tx, { ...token, token: 'expired', expiresAt: server.clock.now() });
    await createToken(tx, { ...token, token: 'without-scopes', scopes: ['spark:kms'] });
  });
  return {
    room,
    direct,
    message: message.id,
    reply: (await post({ parentId: message.id })).id,
    membership: own.items[0]?.id ?? '',
    webhook: (await alice.ok<Webhook>('POST', '/v1/webhooks', webhook)).id,
    bobs: {
      room: bobsRoom.id,
      message: (await bob.say(bobsRoom, 'x')).id,
      membership: bobsOwn.items[0]?.id ?? '',
      webhook: (await bob.ok<Webhook>('POST', '/v1/webhooks', webhook)).id,
    },
    cursors: { rooms: await cursorOf('/v1/rooms?max=1'), people: await cursorOf('/v1/people?max=1') },
  };
}

const json = (method: string, path: string, body: unknown): RawRequest => ({
  method,
  path,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const typed = (type: string, method: string, path: string, body: string): RawRequest => ({
  method,
  path,
  headers: { 'content-type': type },
  body,
});
const withToken = (authorization: string | undefined, request: RawRequest): RawRequest => ({
  ...request,
  headers: { ...request.headers, authorization },
});
const unknown = (type: Parameters<typeof publicId>[0]) => publicId(type, derivedUuid('unknown', type));

const malformedId = 'Expect base64 ID or UUID.';
const noContent = 'Both text and file cannot be empty.';
const noDestination = 'Exactly one of the destination fields must not be empty (roomId, toPersonEmail, toPersonId)';
const noFiles = 'Messages cannot carry files on this server yet: send text or markdown.';
const noCards = 'Messages cannot carry cards on this server yet: send text or markdown.';
const noRoom = 'Could not find a room with provided ID.';
const noMessage = 'Unable to get message.';
const noMembership = 'Failed to get membership';
const noWebhook = 'Could not find a webhook with provided ID.';
const noSuchPerson = 'Person not found';
const badCursor = 'The cursor is not one this server gave out.';
const badMax = 'max must be a whole number of at least 1.';
const unauthorized = 'The request requires a valid access token set in the Authorization request header.';
const forbidden = /^The server understood the request, but refused to fulfill it because the access token is missing required scopes/;

/** Values of JSON that are not of a type. */
const wrong = {
  string: [5, true, {}, ['x']],
  boolean: ['true', 1, {}, [true]],
  array: ['x', 5, true, {}],
} as const;

type FieldTypes = Record<string, [keyof typeof wrong, message?: string]>;

/** A row for each field of a body and each value it cannot have; `valid` is what would have passed. */
function wrongTypes(method: string, path: (scene: Scene) => string, valid: (scene: Scene) => object, fields: FieldTypes): Row[] {
  return Object.entries(fields).flatMap(([field, [type, message = `${field} must be of type ${type}.`]]) =>
    wrong[type].map((value) => ({
      what: `${method} ${path(shownScene)} with ${field} ${JSON.stringify(value)}`,
      send: (scene) => json(method, path(scene), { ...valid(scene), [field]: value }),
      status: 400,
      message,
    })),
  );
}

const shownScene: Scene = {
  ...{ room: '{id}', message: '{id}', reply: '{id}', membership: '{id}', webhook: '{id}', direct: '{id}' },
  bobs: { room: '{id}', message: '{id}', membership: '{id}', webhook: '{id}' },
  cursors: { rooms: '', people: '' },
};

const rows: Row[] = [
  // Bodies that cannot be read.
  ...(['{', '{"title":', '{title: 1}', '[1,]', 'title=x', "{'title':'x'}", '\u0000', '{"title":"x"}}', '['.repeat(100_000)] as const).map((body): Row => ({
    what: `malformed JSON: ${body.slice(0, 20)}`,
    send: () => json('POST', '/v1/rooms', body),
    status: 400,
    message: /^The request body is not valid JSON: ./,
  })),
  ...(['[]', '"title"', '5', 'true', '[{"title":"x"}]', `${'['.repeat(5_000)}${']'.repeat(5_000)}`] as const).flatMap((body) =>
    (['POST /v1/rooms', 'POST /v1/memberships', 'POST /v1/messages', 'POST /v1/webhooks'] as const).map((route): Row => {
      const [method = '', path = ''] = route.split(' ');
      const message = 'The request must be a JSON object.';
      return { what: `${route} with ${body.slice(0, 20)}`, send: () => json(method, path, body), status: 400, message };
    }),
  ),
  ...(['', ' ', '{}', 'null'] as const).flatMap((body): Row[] => [
    { what: `POST /v1/rooms with '${body}'`, send: () => json('POST', '/v1/rooms', body), status: 400, message: 'Title cannot be empty.' },
    { what: `POST /v1/memberships with '${body}'`, send: () => json('POST', '/v1/memberships', body), status: 400, message: 'roomId cannot be null' },
    { what: `POST /v1/messages with '${body}'`, send: () => json('POST', '/v1/messages', body), status: 400, message: noDestination },
    { what: `POST /v1/webhooks with '${body}'`, send: () => json('POST', '/v1/webhooks', body), status: 400, message: 'name cannot be empty' },
    {
      what: `PUT /v1/memberships/{id} with '${body}'`,
      send: ({ membership }) => json('PUT', `/v1/memberships/${membership}`, body),
      status: 400,
      message: 'Nothing to change: give at least one of isModerator, isRoomHidden.',
    },
  ]),
  { what: 'a form without a title', send: () => typed('application/x-www-form-urlencoded', 'POST', '/v1/rooms', ''), status: 400, message: 'Title cannot be empty.' },
  {
    what: 'a multipart form without a boundary',
    send: () => typed('multipart/form-data', 'POST', '/v1/messages', '--x\r\n'),
    status: 400,
    message: /^The form cannot be read: ./,
  },
  {
    what: 'a multipart form that breaks off',
    send: ({ room }) =>
      typed('multipart/form-data; boundary=x', 'POST', '/v1/messages', `--x\r\nContent-Disposition: form-data; name="roomId"\r\n\r\n${room}\r\n--x\r\nContent-`),
    status: 400,
    message: /^The form cannot be read: ./,
  },
  {
    what: 'a multipart form with a field of an object\'s own name',
    send: () => typed('multipart/form-data; boundary=x', 'POST', '/v1/messages', '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n'),
    status: 400,
    message: /^The form cannot be read: ./,
  },
  {
    what: 'a multipart form of too many fields',
    send: () => typed('multipart/form-data; boundary=x', 'POST', '/v1/messages', `${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(500)}--x--\r\n`),
    status: 413,
    message: /^The request body is larger than \d+ bytes\.$/,
  },
  {
    what: 'a multipart form with a file',
    send: ({ room }) =>
      typed(
        'multipart/form-data; boundary=x',
        'POST',
        '/v1/messages',
        `--x\r\nContent-Disposition: form-data; name="roomId"\r\n\r\n${room}\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${'a'.repeat(200_000)}\r\n--x--\r\n`,
      ),
    status: 400,
    message: noFiles,
  },

  // Content types.
  ...(['text/plain', 'text/xml; charset=utf-8', 'application/vnd.api+json', 'application/octet-stream', 'multipart/form-data; boundary=x', 'json', 'a/b/c', '*/*'] as const).flatMap((type) =>
    (['POST', 'PUT'] as const).map((method): Row => ({
      what: `${method} as ${type}`,
      send: ({ room }) => typed(type, method, method === 'POST' ? '/v1/rooms' : `/v1/rooms/${room}`, '{"title":"x"}'),
      status: 415,
      message: `Content type '${type}' not supported`,
    })),
  ),
  {
    what: 'a body of no type (HTTP-13)',
    send: () => ({ method: 'POST', path: '/v1/messages', body: '{"text":"x"}' }),
    status: 415,
    message: "Content type 'text/plain' not supported",
  },

  // Sizes.
  {
    what: 'JSON of more than the limit',
    send: () => json('POST', '/v1/rooms', { title: 'x', pad: ' '.repeat(1_048_576) }),
    status: 413,
    message: 'The request body is larger than 1048576 bytes.',
  },
  {
    what: 'a form of more than the limit',
    send: () => typed('application/x-www-form-urlencoded', 'PUT', '/v1/rooms/x', `title=${'x'.repeat(1_048_576)}`),
    status: 413,
    message: 'The request body is larger than 1048576 bytes.',
  },
  ...(['text', 'markdown', 'html'] as const).flatMap((field) =>
    (['roomId', 'toPersonEmail'] as const).map((to): Row => ({
      what: `7440 bytes of ${field} to a ${to}`,
      send: ({ room }) => json('POST', '/v1/messages', { [to]: to === 'roomId' ? room : people.carol.email, [field]: 'é'.repeat(3720) }),
      status: 400,
      message: `${field} is 7440 bytes long; at most 7439 bytes are allowed.`,
    })),
  ),
  { what: 'a title of 1025 characters', send: () => json('POST', '/v1/rooms', { title: 'x'.repeat(1025) }), status: 400, message: 'title is longer than 1024 characters.' },
  { what: 'a blank title', send: ({ room }) => json('PUT', `/v1/rooms/${room}`, { title: ' \n' }), status: 400, message: 'Title cannot be empty.' },

  // Types of fields.
  ...wrongTypes('POST', () => '/v1/rooms', () => ({ title: 'x' }), {
    title: ['string', 'Title cannot be empty.'],
    teamId: ['string'],
    description: ['string'],
    isLocked: ['boolean'],
    isPublic: ['boolean'],
    isAnnouncementOnly: ['boolean'],
  }),
  ...wrongTypes('PUT', ({ room }) => `/v1/rooms/${room}`, () => ({ title: 'y' }), {
    title: ['string', 'Title cannot be empty.'],
    description: ['string'],
    isLocked: ['boolean'],
    isReadOnly: ['boolean'],
  }),
  ...wrongTypes('POST', () => '/v1/memberships', ({ room }) => ({ roomId: room, personEmail: people.dave.email }), {
    roomId: ['string', 'roomId cannot be null'],
    personId: ['string'],
    personEmail: ['string'],
    isModerator: ['boolean'],
  }),
  ...wrongTypes('PUT', ({ membership }) => `/v1/memberships/${membership}`, () => ({ isModerator: true }), {
    isModerator: ['boolean'],
    isRoomHidden: ['boolean'],
  }),
  ...wrongTypes('POST', () => '/v1/messages', ({ room }) => ({ roomId: room, text: 'x' }), {
    roomId: ['string'],
    toPersonId: ['string'],
    toPersonEmail: ['string'],
    parentId: ['string'],
    text: ['string'],
    markdown: ['string'],
    html: ['string'],
    files: ['array'],
    attachments: ['array'],
  }),
  ...wrongTypes('POST', () => '/v1/webhooks', () => ({ name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'all' }), {
    name: ['string', 'name cannot be empty'],
    targetUrl: ['string', 'targetUrl cannot be null'],
    resource: ['string', 'resource cannot be null'],
    event: ['string', 'event cannot be null'],
    filter: ['string'],
    secret: ['string'],
    ownedBy: ['string', 'ownedBy must be creator or org.'],
  }),
  ...wrongTypes('PUT', ({ webhook }) => `/v1/webhooks/${webhook}`, () => ({}), {
    name: ['string', 'name cannot be empty'],
    targetUrl: ['string', 'targetUrl cannot be null'],
    secret: ['string'],
    status: ['string'],
  }),

  // Messages that go nowhere, twice, or carry what this server does not.
  { what: 'no destination', send: () => json('POST', '/v1/messages', { text: 'x' }), status: 400, message: noDestination },
  ...(
    [
      { roomId: unknown('ROOM'), toPersonId: personId('bob') },
      { roomId: unknown('ROOM'), toPersonEmail: people.bob.email },
      { toPersonId: personId('bob'), toPersonEmail: people.bob.email },
      { roomId: unknown('ROOM'), toPersonId: personId('bob'), toPersonEmail: people.bob.email },
    ] as const
  ).map((to): Row => ({
    what: `two destinations: ${Object.keys(to).join(', ')}`,
    send: () => json('POST', '/v1/messages', { ...to, text: 'x' }),
    status: 400,
    message: noDestination,
  })),
  { what: 'no content', send: ({ room }) => json('POST', '/v1/messages', { roomId: room }), status: 400, message: noContent },
  { what: 'no content, to somebody new', send: () => json('POST', '/v1/messages', { toPersonEmail: people.carol.email, text: ' ' }), status: 400, message: noContent },
  { what: 'markup alone, to somebody new', send: () => json('POST', '/v1/messages', { toPersonEmail: people.carol.email, markdown: '#' }), status: 400, message: noContent },
  ...([['https://files.example/a'], ['https://files.example/a', 'https://files.example/b'], [5]] as const).map((files): Row => ({
    what: `files ${JSON.stringify(files)}`,
    send: ({ room }) => json('POST', '/v1/messages', { roomId: room, text: 'x', files }),
    status: 400,
    message: noFiles,
  })),
  ...([[{ contentType: 'application/vnd.microsoft.card.adaptive', content: {} }], [{}, {}]] as const).map((attachments): Row => ({
    what: `attachments ${JSON.stringify(attachments)}`,
    send: ({ room }) => json('POST', '/v1/messages', { roomId: room, text: 'x', attachments }),
    status: 400,
    message: noCards,
  })),
  { what: 'a reply to a reply', send: ({ reply }) => json('POST', '/v1/messages', { parentId: reply, text: 'x' }), status: 400, message: 'parentId names a reply: a thread has one level.' },
  {
    what: 'a reply in somebody\'s new 1:1 room',
    send: ({ message }) => json('POST', '/v1/messages', { toPersonEmail: people.carol.email, parentId: message, text: 'x' }),
    status: 400,
    message: 'parentId does not name a message of this room.',
  },
  { what: 'a room of a team', send: () => json('POST', '/v1/rooms', { title: 'x', teamId: unknown('TEAM') }), status: 400, message: 'Rooms cannot belong to teams on this server yet.' },
  { what: 'announcements in an open room', send: () => json('POST', '/v1/rooms', { title: 'x', isAnnouncementOnly: true }), status: 400, message: 'isAnnouncementOnly needs a locked room.' },
  { what: 'a public room without description', send: () => json('POST', '/v1/rooms', { title: 'x', isPublic: true }), status: 400, message: 'A public room needs a description.' },
  { what: 'a member without a name', send: ({ room }) => json('POST', '/v1/memberships', { roomId: room }), status: 400, message: 'Must specify either personId or personEmail.' },
  {
    what: 'a member with two names',
    send: ({ room }) => json('POST', '/v1/memberships', { roomId: room, personId: personId('dave'), personEmail: people.dave.email }),
    status: 400,
    message: 'Must specify either personId or personEmail.',
  },
  { what: 'a member twice', send: ({ room }) => json('POST', '/v1/memberships', { roomId: room, personId: personId('bob') }), status: 409, message: 'Person is already in the room.' },
  {
    what: 'a third one in a 1:1 room',
    send: ({ direct }) => json('POST', '/v1/memberships', { roomId: direct, personId: personId('dave'), isModerator: true }),
    status: 400,
    message: 'A 1:1 room has exactly two members: inviting somebody is not possible.',
  },

  // Ids that are none, or of another kind, in a body or a query (ID-4).
  ...(['nonsense', '!', '', 'ciscospark://us/ROOM/x', unknown('TEAM'), unknown('WEBHOOK'), `${unknown('ROOM')}===`, '00000000-0000-0000-0000-00000000000'] as const).flatMap((id): Row[] => {
    const inQuery = (what: string, path: (scene: Scene) => string): Row => ({ what: `${what} '${id}'`, send: (scene) => ({ path: path(scene) }), status: 400, message: malformedId });
    const text = encodeURIComponent(id);
    const inBodies: Row[] = [
      { what: `POST /v1/messages to room '${id}'`, send: () => json('POST', '/v1/messages', { roomId: id, text: 'x' }), status: 400, message: malformedId },
      { what: `POST /v1/messages to person '${id}'`, send: () => json('POST', '/v1/messages', { toPersonId: id, text: 'x' }), status: 400, message: malformedId },
      { what: `POST /v1/messages under '${id}'`, send: ({ room }) => json('POST', '/v1/messages', { roomId: room, parentId: id, text: 'x' }), status: 400, message: malformedId },
      { what: `POST /v1/memberships of person '${id}'`, send: ({ room }) => json('POST', '/v1/memberships', { roomId: room, personId: id }), status: 400, message: malformedId },
    ];
    return [
      // What is empty is not given.
      ...(id === '' ? [] : inBodies),
      { what: `POST /v1/memberships in room '${id}'`, send: () => json('POST', '/v1/memberships', { roomId: id, personId: personId('bob') }), status: 400, message: malformedId },
      inQuery('GET /v1/messages of room', () => `/v1/messages?roomId=${text}`),
      inQuery('GET /v1/messages of thread', ({ room }) => `/v1/messages?roomId=${room}&parentId=${text}`),
      inQuery('GET /v1/messages before', ({ room }) => `/v1/messages?roomId=${room}&beforeMessage=${text}`),
      inQuery('GET /v1/messages mentioning', ({ room }) => `/v1/messages?roomId=${room}&mentionedPeople=${text}`),
      inQuery('GET /v1/messages/direct with', () => `/v1/messages/direct?personId=${text}`),
      inQuery('GET /v1/memberships of room', () => `/v1/memberships?roomId=${text}`),
      inQuery('GET /v1/memberships of person', ({ room }) => `/v1/memberships?roomId=${room}&personId=${text}`),
    ];
  }),

  // In a path they name nothing, and so do ids of what is not there or not for Alice to see (ERR-5).
  ...(
    [
      ['rooms', 'ROOM', 'room', { title: 'x' }, noRoom, 'The requested resource could not be found.'],
      ['memberships', 'MEMBERSHIP', 'membership', { isModerator: true }, noMembership, noMembership],
      ['messages', 'MESSAGE', 'message', undefined, noMessage, noMessage],
      ['webhooks', 'WEBHOOK', 'webhook', { name: 'x' }, noWebhook, noWebhook],
    ] as const
  ).flatMap(([resource, type, kind, change, missing, malformed]) => {
    const ids: [string, (scene: Scene) => string, string][] = [
      ['nonsense', () => 'nonsense', malformed],
      ['an id of another kind', () => unknown(type === 'ROOM' ? 'TEAM' : 'ROOM'), malformed],
      ['a very long id', () => 'x'.repeat(400), malformed],
      ['an unknown id', () => unknown(type), missing],
      ['an unknown UUID', () => derivedUuid('unknown', type), missing],
      ['somebody else\'s', ({ bobs }) => bobs[kind], missing],
    ];
    return ids.flatMap(([what, id, message]) =>
      (['GET', 'PUT', 'DELETE'] as const)
        .filter((method) => method !== 'PUT' || change)
        .map((method): Row => ({
          what: `${method} /v1/${resource}/${what}`,
          send: (scene) =>
            method === 'PUT' ? json('PUT', `/v1/${resource}/${id(scene)}`, change) : { method, path: `/v1/${resource}/${id(scene)}` },
          status: 404,
          message,
        })),
    );
  }),
  ...(['nonsense', unknown('ROOM'), unknown('PEOPLE')] as const).map((id): Row => ({
    what: `GET /v1/people/${id}`,
    send: () => ({ path: `/v1/people/${id}` }),
    status: 404,
    message: noSuchPerson,
  })),
  { what: 'messages of Bob\'s room', send: ({ bobs }) => ({ path: `/v1/messages?roomId=${bobs.room}` }), status: 404, message: noRoom },
  { what: 'members of Bob\'s room', send: ({ bobs }) => ({ path: `/v1/memberships?roomId=${bobs.room}` }), status: 404, message: noRoom },
  { what: 'a message to Bob\'s room', send: ({ bobs }) => json('POST', '/v1/messages', { roomId: bobs.room, text: 'x' }), status: 404, message: noRoom },
  { what: 'joining Bob\'s room', send: ({ bobs }) => json('POST', '/v1/memberships', { roomId: bobs.room, personId: personId('alice') }), status: 404, message: noRoom },
  { what: 'a reply to Bob\'s message', send: ({ bobs }) => json('POST', '/v1/messages', { parentId: bobs.message, text: 'x' }), status: 400, message: 'parentId does not name a message of this room.' },
  { what: 'a room that never was', send: () => json('POST', '/v1/messages', { roomId: unknown('ROOM'), text: 'x' }), status: 404, message: noRoom },
  { what: 'a person who never was', send: () => json('POST', '/v1/messages', { toPersonId: unknown('PEOPLE'), text: 'x' }), status: 404, message: noSuchPerson },

  // Queries.
  ...(['0', '-1', 'abc', '1.5', '', 'NaN', 'null', 'Infinity', '1 2'] as const).flatMap((max) =>
    (['rooms?', 'memberships?', 'people?', 'webhooks?', `messages?roomId=${unknown('ROOM')}&`] as const).map((list): Row => ({
      what: `GET /v1/${list.split('?')[0]} with max=${max}`,
      send: () => ({ path: `/v1/${list}max=${encodeURIComponent(max)}` }),
      status: 400,
      message: badMax,
    })),
  ),
  ...(['nonsense', 'e30', 'W10', 'WzFd', 'bnVsbA', '%00', 'WyJyb29tcyJd'] as const).flatMap((cursor) =>
    (['rooms?', 'rooms?sortBy=id&', 'memberships?', 'people?', 'webhooks?'] as const).map((list): Row => ({
      what: `GET /v1/${list}cursor=${cursor}`,
      send: () => ({ path: `/v1/${list}cursor=${cursor}` }),
      status: 400,
      message: badCursor,
    })),
  ),
  ...(['rooms?sortBy=id&', 'rooms?sortBy=created&', 'memberships?', 'people?', 'webhooks?'] as const).map((list): Row => ({
    what: `GET /v1/${list} with the cursor of rooms by activity`,
    send: ({ cursors }) => ({ path: `/v1/${list}cursor=${cursors.rooms}` }),
    status: 400,
    message: badCursor,
  })),
  {
    what: 'GET /v1/messages with the cursor of rooms by activity',
    send: ({ room, cursors }) => ({ path: `/v1/messages?roomId=${room}&cursor=${cursors.rooms}` }),
    status: 400,
    message: badCursor,
  },
  { what: 'GET /v1/rooms with the cursor of people', send: ({ cursors }) => ({ path: `/v1/rooms?cursor=${cursors.people}` }), status: 400, message: badCursor },
  { what: 'an unknown order', send: () => ({ path: '/v1/rooms?sortBy=title' }), status: 400, message: 'sortBy must be id, lastactivity or created.' },
  { what: 'an order in another case', send: () => ({ path: '/v1/rooms?sortBy=lastActivity' }), status: 400, message: 'sortBy must be id, lastactivity or created.' },
  { what: 'an unknown type of room', send: () => ({ path: '/v1/rooms?type=team' }), status: 400, message: 'type must be direct or group.' },
  { what: 'a type given twice', send: () => ({ path: '/v1/rooms?type=group&type=direct' }), status: 400, message: 'type must be direct or group.' },
  { what: 'messages of no room', send: () => ({ path: '/v1/messages' }), status: 400, message: "Required String parameter 'roomId' is not present" },
  { what: 'messages of two rooms', send: ({ room }) => ({ path: `/v1/messages?roomId=${room}&roomId=${room}` }), status: 400, message: "Required String parameter 'roomId' is not present" },
  ...(['yesterday', '2016', '2016-07-19', '1468929600000', '2016-07-19T12:00:00', '2016-02-30T12:00:00Z', ''] as const).map((before): Row => ({
    what: `messages before '${before}'`,
    send: ({ room }) => ({ path: `/v1/messages?roomId=${room}&before=${before}` }),
    status: 400,
    message: 'before is not a valid datetime.',
  })),
  { what: 'messages that mention somebody else', send: ({ room }) => ({ path: `/v1/messages?roomId=${room}&mentionedPeople=${personId('bob')}` }), status: 403, message: 'mentionedPeople can only be me or your own id.' },
  { what: 'another\'s memberships', send: () => ({ path: `/v1/memberships?personEmail=${people.bob.email}` }), status: 400, message: 'personId and personEmail need roomId, unless they name yourself.' },

  // Webhooks.
  ...(
    [
      [{ filter: 'color=red' }, 'invalid value for filter: color'],
      [{ filter: 'roomId' }, 'invalid value for filter: roomId'],
      [{ filter: 'roomId=nonsense', resource: 'messages' }, 'invalid value for filter: roomId'],
      [{ filter: `roomId=${unknown('ROOM')}`, resource: 'messages' }, 'invalid value for filter: roomId'],
      [{ filter: `personId=${unknown('ROOM')}`, resource: 'messages' }, 'invalid value for filter: personId'],
      [{ filter: 'type=group&type=direct' }, 'invalid value for filter: type'],
      [{ filter: 'isLocked=yes' }, 'invalid value for filter: isLocked'],
      [{ resource: 'Rooms' }, /^resource 'Rooms' is not available on this server: use one of /],
      [{ event: 'deleted' }, /^event 'deleted' is not available for resource 'rooms': use one of /],
      [{ targetUrl: 'ftp://files.example/' }, 'targetUrl must be an absolute http or https URL.'],
    ] as const
  ).map(([change, message]): Row => ({
    what: `a webhook with ${JSON.stringify(change)}`,
    send: () => json('POST', '/v1/webhooks', { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'all', ...change }),
    status: 400,
    message,
  })),
  {
    what: 'a webhook on Bob\'s room',
    send: ({ bobs }) => json('POST', '/v1/webhooks', { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'messages', event: 'all', filter: `roomId=${bobs.room}` }),
    status: 400,
    message: 'invalid value for filter: roomId',
  },

  // Tokens.
  ...([undefined, '', 'Bearer', 'Bearer ', 'Bearer nobody', 'Bearer expired', 'Basic YTpi', tokenOf('alice'), `Bearer ${tokenOf('alice')} ${tokenOf('bob')}`, `Token ${tokenOf('alice')}`] as const).flatMap(
    (authorization): Row[] => [
      { what: `GET under '${authorization}'`, send: () => withToken(authorization, { path: '/v1/rooms' }), status: 401, message: unauthorized },
      { what: `POST under '${authorization}'`, send: () => withToken(authorization, json('POST', '/v1/rooms', { title: 'x' })), status: 401, message: unauthorized },
    ],
  ),
  { what: 'who one is comes before what one says', send: () => withToken('Bearer nobody', json('POST', '/v1/rooms', '{')), status: 401, message: unauthorized },
  ...(
    [
      ['GET', '/v1/rooms'],
      ['POST', '/v1/rooms', { title: 'x' }],
      ['PUT', `/v1/rooms/${unknown('ROOM')}`, { title: 'x' }],
      ['DELETE', `/v1/rooms/${unknown('ROOM')}`],
      ['GET', '/v1/memberships'],
      ['POST', '/v1/memberships', {}],
      ['GET', '/v1/messages'],
      ['GET', '/v1/messages/direct'],
      ['POST', '/v1/messages', {}],
      ['DELETE', `/v1/messages/${unknown('MESSAGE')}`],
      ['GET', '/v1/people/me'],
      ['POST', '/v1/webhooks', { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'all' }],
    ] as const
  ).map(([method, path, body]): Row => ({
    what: `${method} ${path.replace(/[\w-]{60,}/, '{id}')} without the scope`,
    send: () => withToken('Bearer without-scopes', body === undefined ? { method, path } : json(method, path, body)),
    status: 403,
    message: forbidden,
  })),

  // Places and methods.
  ...(['/', '/v1', '/v1/', '/v1/nothing', '/v1rooms', '/v2/rooms', '/v1/rooms/a/b', '/v1/messages/direct/x', '/favicon.ico', '/%2e%2e/etc/passwd'] as const).flatMap((path) =>
    (['GET', 'POST', 'DELETE'] as const).map((method): Row => ({
      what: `${method} ${path}`,
      send: () => withToken(undefined, { method, path }),
      status: 404,
      message: `There is nothing at ${method} ${path}.`,
    })),
  ),
  ...(
    [
      ['PATCH', '/v1/rooms', 'GET, HEAD, POST'],
      ['DELETE', '/v1/rooms', 'GET, HEAD, POST'],
      ['PUT', '/v1/rooms/', 'GET, HEAD, POST'],
      ['POST', '/v1/rooms/x', 'GET, HEAD, PUT, DELETE'],
      ['PUT', '/v1/memberships', 'GET, HEAD, POST'],
      ['PUT', '/v1/messages/x', 'GET, HEAD, DELETE'],
      ['POST', '/v1/people/me', 'GET, HEAD'],
      ['PATCH', '/v1/webhooks/x', 'GET, HEAD, PUT, DELETE'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['DELETE', '/openapi.json', 'GET, HEAD'],
    ] as const
  ).map(([method, path, allow]): Row => ({
    what: `${method} ${path}`,
    send: () => ({ method, path }),
    status: 405,
    message: `${method} is not allowed here: use ${allow}.`,
    allow,
  })),
  { what: 'an id that is too long to be one', send: () => ({ path: `/v1/rooms/${'x'.repeat(2_000)}` }), status: 404, message: 'The requested resource could not be found.' },
  { what: 'a path that cannot be decoded', send: () => ({ path: '/v1/rooms/%E0%A4%A' }), status: 400, message: /^The path cannot be read/ },
];

let answers: Map<Row, { answer: RawAnswer; before: object; after: object }>;

beforeAll(async () => {
  const server = await startServer();
  const scene = await setScene(server);
  await server.settled();
  answers = new Map();
  for (const row of rows) {
    const before = await rowCounts(server);
    const answer = await raw(server.url, row.send(scene));
    answers.set(row, { answer, before, after: await rowCounts(server) });
  }
}, 120_000);

describe('refused, in the one shape of errors and without a trace', () => {
  test.each(rows.map((row) => [`${row.status} ${row.what}`, row] as const))('%s', (_, row) => {
    const { answer, before, after } = answers.get(row) ?? expect.unreachable();
    const { status, headers } = answer;
    expect({ status, body: answer.body }).toMatchObject({ status: row.status });
    expect(headers['content-type']).toMatch(/^application\/json\b/);
    const body = ErrorBody.strict().parse(JSON.parse(answer.body));
    expect(body.message).toEqual(typeof row.message === 'string' ? row.message : expect.stringMatching(row.message));
    expect(body.errors[0]).toEqual({ description: body.message });
    expect(headers['trackingid']).toBe(body.trackingId);
    expect(headers.allow).toBe(row.allow);
    expect(after).toEqual(before);
  });

  test('the rows differ', () => {
    const names = rows.map(({ status, what }) => `${status} ${what}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
