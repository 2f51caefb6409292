import { describe } from 'vitest';
import { derivedUuid, publicId, type IdType } from '../../src/core/ids.ts';
import {
  get,
  post,
  put,
  type Refusal,
  remove,
  type Scene,
  testRefusals,
  tokens,
  typed,
  under,
} from '../support/refusals.ts';
import { attachmentsOf, form as form13 } from '../support/cards.ts';
import { people, personId, tokenOf } from '../support/server.ts';

/** Everything that is refused: what is asked, and the status and message of the answer. */

type Send = Refusal['send'];
const row = (status: number, what: string, message: Refusal['message'], send: Send): Refusal => ({
  status,
  what,
  message,
  send,
});
const unknown = (type: IdType) => publicId(type, derivedUuid('unknown', type));

const [rooms, memberships, messages, webhooks] = ['/v1/rooms', '/v1/memberships', '/v1/messages', '/v1/webhooks'];
const [teams, teamMemberships, tabs] = ['/v1/teams', '/v1/team/memberships', '/v1/room/tabs'];
const collections = [rooms, memberships, messages, webhooks, teams, teamMemberships, tabs] as const;
const actions = '/v1/attachment/actions';
const submit = { type: 'submit', inputs: { name: 'x' } };
const form = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=x';
const tab = { contentUrl: 'https://wiki.example/', displayName: 'Wiki' };
const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'all' };

/** Objects in one another. */
const deep = (levels: number): object => (levels === 0 ? {} : { x: deep(levels - 1) });

const malformedId = 'Expect base64 ID or UUID.';
const noTitle = 'Title cannot be empty.';
const noContent = 'Both text and file cannot be empty.';
const noDestination = 'Exactly one of the destination fields must not be empty (roomId, toPersonEmail, toPersonId)';
const oneFile = 'A message carries one file: send the others in messages of their own.';
const noAction = 'Unable to get attachment action.';
const noRoom = 'Could not find a room with provided ID.';
const noTeam = 'Could not find a team with provided ID.';
const noMessage = 'Unable to get message.';
const noMembership = 'Failed to get membership';
const noWebhook = 'Could not find a webhook with provided ID.';
const noPerson = 'Person not found';
const noParent = 'parentId does not name a message of this room.';
const nobodyNamed = 'Must specify either personId or personEmail.';
const noChange = 'Nothing to change: give at least one of isModerator, isRoomHidden.';

describe('bodies that cannot be read', () => {
  const part = (name: string, value: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = (bytes: number) => part('files"; filename="a.txt', 'a'.repeat(bytes));
  const unreadable = /^The form cannot be read: ./;
  const malformed = [
    '{',
    '{"title":',
    '{title: 1}',
    '[1,]',
    'title=x',
    "{'title':'x'}",
    '\u0000',
    '{"title":"x"}}',
    '['.repeat(100_000),
  ];
  const notObjects = ['[]', '"title"', '5', 'true', '[{"title":"x"}]', `${'['.repeat(5_000)}${']'.repeat(5_000)}`];

  testRefusals([
    ...malformed.map((body) =>
      row(400, `malformed: ${body.slice(0, 20)}`, /^The request body is not valid JSON: ./, () => post(rooms, body)),
    ),
    ...notObjects.flatMap((body) =>
      collections.map((path) =>
        row(400, `${path}: ${body.slice(0, 20)}`, 'The request must be a JSON object.', () => post(path, body)),
      ),
    ),
    ...['', ' ', '{}', 'null'].flatMap((body) => [
      row(400, `a room of '${body}'`, noTitle, () => post(rooms, body)),
      row(400, `a membership of '${body}'`, 'roomId cannot be null', () => post(memberships, body)),
      row(400, `a message of '${body}'`, noDestination, () => post(messages, body)),
      row(400, `a webhook of '${body}'`, 'name cannot be empty', () => post(webhooks, body)),
      row(400, `a change of '${body}'`, noChange, ({ membership }) => put(`${memberships}/${membership}`, body)),
    ]),
    row(400, 'an empty form', noTitle, () => typed(form, 'POST', rooms, '')),
    row(400, 'a form of parts without a boundary', unreadable, () =>
      typed('multipart/form-data', 'POST', messages, part('text', 'x')),
    ),
    row(400, 'a form that breaks off', unreadable, ({ room }) =>
      typed(multipart, 'POST', messages, `${part('roomId', room)}--x\r\nContent-`),
    ),
    row(400, 'a form with a field that every object has', unreadable, () =>
      typed(multipart, 'POST', messages, `${part('__proto__', '1')}--x--\r\n`),
    ),
    row(400, 'a form that breaks off in a file', unreadable, ({ room }) =>
      typed(multipart, 'POST', messages, `${part('roomId', room)}${file(200_000).slice(0, -100)}`),
    ),
    row(400, 'a form with two files', oneFile, ({ room }) =>
      typed(multipart, 'POST', messages, `${part('roomId', room)}${file(200_000)}${file(200_000)}--x--\r\n`),
    ),
    row(400, 'a form with a file and no destination', noDestination, () =>
      typed(multipart, 'POST', messages, `${file(10)}--x--\r\n`),
    ),
    row(413, 'a form of too many parts', /^The request body is larger than \d+ bytes\.$/, () =>
      typed(multipart, 'POST', messages, `${part('text', 'x').repeat(500)}--x--\r\n`),
    ),
  ]);
});

describe('content types', () => {
  const types = [
    'text/plain',
    'text/xml; charset=utf-8',
    'application/vnd.api+json',
    'application/octet-stream',
    multipart,
    'json',
    'a/b/c',
    '*/*',
  ];
  testRefusals([
    ...types.flatMap((type) => [
      row(415, `POST as ${type}`, `Content type '${type}' not supported`, () =>
        typed(type, 'POST', rooms, '{"title":"x"}'),
      ),
      row(415, `PUT as ${type}`, `Content type '${type}' not supported`, ({ room }) =>
        typed(type, 'PUT', `${rooms}/${room}`, '{"title":"x"}'),
      ),
    ]),
    row(415, 'none at all (HTTP-13)', "Content type 'text/plain' not supported", () => ({
      method: 'POST',
      path: messages,
      body: '{"text":"x"}',
    })),
  ]);
});

describe('sizes', () => {
  const tooLarge = 'The request body is larger than 1048576 bytes.';
  testRefusals([
    row(413, 'JSON', tooLarge, () => post(rooms, { title: 'x', pad: ' '.repeat(1_048_576) })),
    row(413, 'a form', tooLarge, () => typed(form, 'PUT', `${rooms}/x`, `title=${'x'.repeat(1_048_576)}`)),
    ...['text', 'markdown', 'html'].flatMap((field) => {
      const message = `${field} is 7440 bytes long; at most 7439 bytes are allowed.`;
      const content = { [field]: 'é'.repeat(3720) };
      return [
        row(400, `${field} to a room`, message, ({ room }) => post(messages, { roomId: room, ...content })),
        row(400, `${field} to somebody new`, message, () =>
          post(messages, { toPersonEmail: people.carol.email, ...content }),
        ),
      ];
    }),
    row(400, 'a title', 'title is longer than 1024 characters.', () => post(rooms, { title: 'x'.repeat(1025) })),
    row(400, 'a description', 'description is longer than 4096 characters.', () =>
      post(rooms, { title: 'x', description: 'x'.repeat(4097) }),
    ),
    row(400, 'a blank title', noTitle, ({ room }) => put(`${rooms}/${room}`, { title: ' \n' })),
  ]);
});

describe('types of fields', () => {
  const wrong = { string: [5, true, {}, ['x']], boolean: ['true', 1, {}, [true]], array: ['x', 5, true, {}] };

  /** For each field all that it cannot be, in a body that would pass without it. */
  function wrongTypes(
    what: string,
    send: (scene: Scene, fields: object) => ReturnType<Send>,
    fields: Record<string, keyof typeof wrong | [keyof typeof wrong, message: Refusal['message']]>,
  ): Refusal[] {
    return Object.entries(fields).flatMap(([field, expected]) => {
      const [type, message] = Array.isArray(expected) ? expected : [expected, `${field} must be of type ${expected}.`];
      return wrong[type].map((value) =>
        row(400, `${what}: ${field} ${JSON.stringify(value)}`, message, (scene) => send(scene, { [field]: value })),
      );
    });
  }

  testRefusals([
    ...wrongTypes('a room', (_, fields) => post(rooms, { title: 'x', ...fields }), {
      title: ['string', noTitle],
      teamId: 'string',
      classificationId: 'string',
      description: 'string',
      isLocked: 'boolean',
      isPublic: 'boolean',
      isAnnouncementOnly: 'boolean',
    }),
    ...wrongTypes('a changed room', ({ room }, fields) => put(`${rooms}/${room}`, fields), {
      title: ['string', noTitle],
      description: 'string',
      isLocked: 'boolean',
      isReadOnly: 'boolean',
    }),
    ...wrongTypes('a team', (_, fields) => post(teams, { name: 'x', ...fields }), {
      name: ['string', 'name cannot be empty'],
      description: 'string',
    }),
    ...wrongTypes('a team membership', (_, fields) => post(teamMemberships, { teamId: unknown('TEAM'), ...fields }), {
      teamId: ['string', 'teamId cannot be null'],
      personId: 'string',
      personEmail: 'string',
      isModerator: 'boolean',
    }),
    ...wrongTypes('a tab', ({ room }, fields) => post(tabs, { roomId: room, ...tab, ...fields }), {
      roomId: ['string', 'roomId cannot be null'],
      contentUrl: ['string', 'contentUrl cannot be empty'],
      displayName: ['string', 'displayName cannot be empty'],
    }),
    ...wrongTypes('a membership', ({ room }, fields) => post(memberships, { roomId: room, ...fields }), {
      roomId: ['string', 'roomId cannot be null'],
      personId: 'string',
      personEmail: 'string',
      isModerator: 'boolean',
    }),
    ...wrongTypes('a changed membership', ({ membership }, fields) => put(`${memberships}/${membership}`, fields), {
      isModerator: 'boolean',
      isRoomHidden: 'boolean',
    }),
    ...wrongTypes('a message', ({ room }, fields) => post(messages, { roomId: room, text: 'x', ...fields }), {
      roomId: 'string',
      toPersonId: 'string',
      toPersonEmail: 'string',
      parentId: 'string',
      text: 'string',
      markdown: 'string',
      html: 'string',
      files: ['array', /^(files must be of type array|The file cannot be fetched from its URL: .*)\.$/],
      attachments: ['array', /^attachments (must be of type array|is a text that is not valid JSON)\.$/],
    }),
    ...wrongTypes('a submission', ({ card }, fields) => post(actions, { ...submit, messageId: card, ...fields }), {
      type: ['string', 'type must be one of submit.'],
      messageId: 'string',
    }),
    ...wrongTypes('a webhook', (_, fields) => post(webhooks, { ...webhook, ...fields }), {
      name: ['string', 'name cannot be empty'],
      targetUrl: ['string', 'targetUrl cannot be null'],
      resource: ['string', 'resource cannot be null'],
      event: ['string', 'event cannot be null'],
      filter: 'string',
      secret: 'string',
      ownedBy: ['string', 'ownedBy must be creator or org.'],
    }),
    ...wrongTypes('a changed webhook', ({ webhook: id }, fields) => put(`${webhooks}/${id}`, fields), {
      name: ['string', 'name cannot be empty'],
      targetUrl: ['string', 'targetUrl cannot be null'],
      secret: 'string',
      status: 'string',
    }),
  ]);
});

describe('what cannot be done', () => {
  const noGoodCard = 'One (or more) of the arguments is invalid.';
  const [good] = attachmentsOf();
  const tooBig = { ...form13, body: [{ type: 'TextBlock', text: 'x'.repeat(22_528) }] };
  const badAttachments: [string, Refusal['message'], unknown[]][] = [
    ['two cards', 'A message can carry one attachment.', [good, good]],
    [
      'a link',
      "An attachment of type 'image/png' is not supported: use application/vnd.microsoft.card.adaptive.",
      [{ contentType: 'image/png', content: 'https://files.example/a' }],
    ],
    ['an attachment without a type', 'attachments.0.contentType is missing.', [{ content: form13 }]],
    ['an attachment that is none', 'attachments.0 must be a JSON object.', [5]],
    ['a card that is no object', noGoodCard, attachmentsOf(JSON.stringify(form13))],
    ['a card without a version', noGoodCard, attachmentsOf({ ...form13, version: undefined })],
    ['a deep card', noGoodCard, attachmentsOf({ ...form13, body: [deep(64)] })],
    ['a big card', /^The card is \d+ bytes of JSON; at most 22528 bytes are allowed\.$/, attachmentsOf(tooBig)],
  ];
  const missing = (field: string) => (field === 'type' ? 'type must be one of submit.' : `${field} is missing.`);
  const [toRoom, toPerson, toEmail] = [
    { roomId: unknown('ROOM') },
    { toPersonId: personId('bob') },
    { toPersonEmail: people.bob.email },
  ];
  const carol = { toPersonEmail: people.carol.email };
  const invite = ({ room }: Scene, whom: object) => post(memberships, { roomId: room, ...whom });

  testRefusals([
    row(400, 'no destination', noDestination, () => post(messages, { text: 'x' })),
    ...[
      { ...toRoom, ...toPerson },
      { ...toRoom, ...toEmail },
      { ...toPerson, ...toEmail },
      { ...toRoom, ...toPerson, ...toEmail },
    ].map((to) =>
      row(400, `to ${Object.keys(to).join(' and ')}`, noDestination, () => post(messages, { ...to, text: 'x' })),
    ),
    row(400, 'no content', noContent, ({ room }) => post(messages, { roomId: room })),
    row(400, 'blanks to somebody new', noContent, () => post(messages, { ...carol, text: ' ' })),
    row(400, 'markup alone to somebody new', noContent, () => post(messages, { ...carol, markdown: '#' })),
    row(400, 'two files', oneFile, ({ room }) =>
      post(messages, { roomId: room, files: ['https://files.example/a', 'https://files.example/b'] }),
    ),
    row(400, 'a file that is no text', 'files.0 must be of type string.', ({ room }) =>
      post(messages, { roomId: room, text: 'x', files: [5] }),
    ),
    row(400, 'a file that is no URL', /^The file cannot be fetched from its URL: ./, ({ room }) =>
      post(messages, { roomId: room, files: ['a.txt'] }),
    ),
    row(404, 'an edit of nothing', noMessage, ({ room }) =>
      put(`${messages}/${unknown('MESSAGE')}`, { roomId: room, text: 'x' }),
    ),
    row(404, 'a file of nothing', 'Could not find a file with provided ID.', () =>
      get(`/v1/contents/${publicId('CONTENT', `${derivedUuid('unknown')}/0`)}`),
    ),
    ...badAttachments.map(([what, message, attachments]) =>
      row(400, what, message, ({ room }) => post(messages, { roomId: room, text: 'x', attachments })),
    ),
    row(400, 'a bad card to somebody new', noGoodCard, () =>
      post(messages, { ...carol, text: 'x', attachments: attachmentsOf({}) }),
    ),
    row(400, 'a card of a form that is no JSON', 'attachments is a text that is not valid JSON.', ({ room }) =>
      typed(form, 'POST', messages, `roomId=${room}&text=x&attachments=[{`),
    ),
    row(
      400,
      'a submission of what is no card',
      'Unable to post attachment action: "MessageId should point to an activity with cards"',
      ({ message }) => post(actions, { ...submit, messageId: message }),
    ),
    row(400, 'a big submission', 'inputs is 22529 bytes of JSON; at most 22528 bytes are allowed.', ({ card }) =>
      post(actions, { ...submit, messageId: card, inputs: { x: `x${'é'.repeat(11_260)}` } }),
    ),
    row(400, 'a deep submission', 'inputs is nested more than 64 levels deep.', ({ card }) =>
      post(actions, { ...submit, messageId: card, inputs: deep(64) }),
    ),
    row(400, 'a submission that is none', 'type must be one of submit.', ({ card }) =>
      post(actions, { ...submit, messageId: card, type: 'cancel' }),
    ),
    ...['type', 'messageId', 'inputs'].map((field) =>
      row(400, `a submission without ${field}`, missing(field), ({ card }) =>
        post(actions, { ...submit, messageId: card, [field]: undefined }),
      ),
    ),
    row(400, 'a reply to a reply', 'parentId names a reply: a thread has one level.', ({ reply }) =>
      post(messages, { parentId: reply, text: 'x' }),
    ),
    row(400, 'a reply in a new 1:1 room', noParent, ({ message }) =>
      post(messages, { ...carol, parentId: message, text: 'x' }),
    ),
    row(404, 'a room of an unknown team', noTeam, () => post(rooms, { title: 'x', teamId: unknown('TEAM') })),
    row(400, 'announcements in an open room', 'isAnnouncementOnly needs a locked room.', () =>
      post(rooms, { title: 'x', isAnnouncementOnly: true }),
    ),
    row(400, 'a public room without description', 'A public room needs a description.', () =>
      post(rooms, { title: 'x', isPublic: true }),
    ),
    row(400, 'a member without a name', nobodyNamed, (scene) => invite(scene, {})),
    row(400, 'a member with two names', nobodyNamed, (scene) =>
      invite(scene, { personId: personId('dave'), personEmail: people.dave.email }),
    ),
    row(409, 'a member twice', 'Person is already in the room.', (scene) =>
      invite(scene, { personId: personId('bob') }),
    ),
    row(400, 'a third one in a 1:1 room', /^A 1:1 room has exactly two members: inviting somebody/, ({ direct }) =>
      post(memberships, { roomId: direct, personId: personId('dave'), isModerator: true }),
    ),
  ]);
});

describe('ids that are none, or of another kind, in a body or a query (ID-4)', () => {
  const none = ['nonsense', '!', 'ciscospark://us/ROOM/x', '00000000-0000-0000-0000-00000000000'];
  const ofAnotherKind = [unknown('TEAM'), unknown('WEBHOOK'), `${unknown('ROOM')}===`];
  const inQueries = (id: string) => {
    const text = encodeURIComponent(id);
    return [
      row(400, `messages of room '${id}'`, malformedId, () => get(`${messages}?roomId=${text}`)),
      row(400, `messages under '${id}'`, malformedId, ({ room }) => get(`${messages}?roomId=${room}&parentId=${text}`)),
      row(400, `messages before '${id}'`, malformedId, ({ room }) =>
        get(`${messages}?roomId=${room}&beforeMessage=${text}`),
      ),
      row(400, `mentions of '${id}'`, malformedId, ({ room }) =>
        get(`${messages}?roomId=${room}&mentionedPeople=${text}`),
      ),
      row(400, `1:1 messages with '${id}'`, malformedId, () => get(`${messages}/direct?personId=${text}`)),
      row(400, `members of room '${id}'`, malformedId, () => get(`${memberships}?roomId=${text}`)),
      row(400, `memberships of '${id}'`, malformedId, ({ room }) =>
        get(`${memberships}?roomId=${room}&personId=${text}`),
      ),
      row(400, `joining room '${id}'`, malformedId, () => post(memberships, { roomId: id, personId: personId('bob') })),
    ];
  };
  // An empty field of a body is not given.
  const inBodies = (id: string) => [
    row(400, `a message to room '${id}'`, malformedId, () => post(messages, { roomId: id, text: 'x' })),
    row(400, `a message to person '${id}'`, malformedId, () => post(messages, { toPersonId: id, text: 'x' })),
    row(400, `a reply to '${id}'`, malformedId, ({ room }) =>
      post(messages, { roomId: room, parentId: id, text: 'x' }),
    ),
    row(400, `submitting '${id}'`, malformedId, () => post(actions, { ...submit, messageId: id })),
    row(400, `inviting '${id}'`, malformedId, ({ room }) => post(memberships, { roomId: room, personId: id })),
  ];
  const ids = [...none, ...ofAnotherKind];
  testRefusals([...ids.flatMap(inBodies), ...['', ...ids].flatMap(inQueries)]);
});

describe('ids that name nothing that Alice may see (ERR-5)', () => {
  const kinds = [
    [rooms, 'ROOM', 'room', { title: 'x' }, noRoom, 'The requested resource could not be found.'],
    [memberships, 'MEMBERSHIP', 'membership', { isModerator: true }, noMembership, noMembership],
    [messages, 'MESSAGE', 'message', undefined, noMessage, noMessage],
    [webhooks, 'WEBHOOK', 'webhook', { name: 'x' }, noWebhook, noWebhook],
  ] as const;

  testRefusals([
    ...kinds.flatMap(([path, type, kind, change, missing, malformed]) => {
      const ids: [string, string, (scene: Scene) => string][] = [
        ['nonsense', malformed, () => 'nonsense'],
        ['an id of another kind', malformed, () => unknown(type === 'ROOM' ? 'TEAM' : 'ROOM')],
        ['a long id', malformed, () => 'x'.repeat(400)],
        ['an unknown id', missing, () => unknown(type)],
        ['an unknown UUID', missing, () => derivedUuid('unknown', type)],
        ["Bob's", missing, ({ bobs }) => bobs[kind]],
      ];
      return ids.flatMap(([what, message, id]) => [
        row(404, `GET ${path}/ ${what}`, message, (scene) => get(`${path}/${id(scene)}`)),
        row(404, `DELETE ${path}/ ${what}`, message, (scene) => remove(`${path}/${id(scene)}`)),
        ...(change ? [row(404, `PUT ${path}/ ${what}`, message, (scene) => put(`${path}/${id(scene)}`, change))] : []),
      ]);
    }),
    ...['nonsense', unknown('ROOM'), unknown('PEOPLE')].map((id) =>
      row(404, `GET /v1/people/${id}`, noPerson, () => get(`/v1/people/${id}`)),
    ),
    ...['nonsense', unknown('MESSAGE'), unknown('ATTACHMENT_ACTION'), derivedUuid('unknown', 'ATTACHMENT_ACTION')].map(
      (id) => row(404, `GET ${actions}/${id}`, noAction, () => get(`${actions}/${id}`)),
    ),
    row(404, "Bob's submission", noAction, ({ bobs }) => get(`${actions}/${bobs.action}`)),
    row(404, "submitting Bob's card", noMessage, ({ bobs }) => post(actions, { ...submit, messageId: bobs.card })),
    row(404, 'submitting no card', noMessage, () => post(actions, { ...submit, messageId: unknown('MESSAGE') })),
    row(404, "messages of Bob's room", noRoom, ({ bobs }) => get(`${messages}?roomId=${bobs.room}`)),
    row(404, "members of Bob's room", noRoom, ({ bobs }) => get(`${memberships}?roomId=${bobs.room}`)),
    row(404, "a message to Bob's room", noRoom, ({ bobs }) => post(messages, { roomId: bobs.room, text: 'x' })),
    row(404, "joining Bob's room", noRoom, ({ bobs }) =>
      post(memberships, { roomId: bobs.room, personId: personId('alice') }),
    ),
    row(400, "a reply to Bob's message", noParent, ({ bobs }) => post(messages, { parentId: bobs.message, text: 'x' })),
    row(404, 'a message to no room', noRoom, () => post(messages, { roomId: unknown('ROOM'), text: 'x' })),
    row(404, 'a message to nobody', noPerson, () => post(messages, { toPersonId: unknown('PEOPLE'), text: 'x' })),
    row(404, 'a message to an unknown address', 'nobody@acme.example not found.', () =>
      post(messages, { toPersonEmail: 'nobody@acme.example', text: 'x' }),
    ),
    row(404, 'an id that is too long to be one', 'The requested resource could not be found.', () =>
      get(`${rooms}/${'x'.repeat(2_000)}`),
    ),
  ]);
});

describe('queries', () => {
  const lists = [`${rooms}?`, `${memberships}?`, '/v1/people?', `${webhooks}?`, `${teams}?`];
  const badMax = 'max must be a whole number of at least 1.';
  const badCursor = 'The cursor is not one this server gave out.';
  const badOrder = 'sortBy must be id, lastactivity or created.';
  const badType = 'type must be direct or group.';
  const roomMissing = "Required String parameter 'roomId' is not present";
  const times = ['yesterday', '2016', '2016-07-19', '1468929600000', '2016-07-19T12:00:00', '2016-02-30T12:00:00Z', ''];

  testRefusals([
    ...['0', '-1', 'abc', '1.5', '', 'NaN', 'null', 'Infinity', '1 2'].flatMap((max) =>
      [...lists, `${messages}?roomId=${unknown('ROOM')}&`].map((list) =>
        row(400, `${list.split('?')[0]} with max '${max}'`, badMax, () => get(`${list}max=${encodeURIComponent(max)}`)),
      ),
    ),
    ...['nonsense', 'e30', 'W10', 'WzFd', 'bnVsbA', '%00', 'WyJyb29tcyJd'].flatMap((cursor) =>
      [...lists, `${rooms}?sortBy=id&`].map((list) =>
        row(400, `${list} with cursor ${cursor}`, badCursor, () => get(`${list}cursor=${cursor}`)),
      ),
    ),
    ...[`${rooms}?sortBy=id&`, `${rooms}?sortBy=created&`, ...lists.slice(1)].map((list) =>
      row(400, `${list} with a cursor of rooms`, badCursor, ({ cursors }) => get(`${list}cursor=${cursors.rooms}`)),
    ),
    row(400, `${messages} with a cursor of rooms`, badCursor, ({ room, cursors }) =>
      get(`${messages}?roomId=${room}&cursor=${cursors.rooms}`),
    ),
    row(400, `${rooms} with a cursor of people`, badCursor, ({ cursors }) => get(`${rooms}?cursor=${cursors.people}`)),
    row(400, 'an unknown order', badOrder, () => get(`${rooms}?sortBy=title`)),
    row(400, 'an order in another case', badOrder, () => get(`${rooms}?sortBy=lastActivity`)),
    row(400, 'an unknown type of room', badType, () => get(`${rooms}?type=team`)),
    row(400, 'a type given twice', badType, () => get(`${rooms}?type=group&type=direct`)),
    row(400, 'messages of no room', roomMissing, () => get(messages)),
    row(400, 'messages of two rooms', roomMissing, ({ room }) => get(`${messages}?roomId=${room}&roomId=${room}`)),
    ...times.map((time) =>
      row(400, `messages before '${time}'`, 'before is not a valid datetime.', ({ room }) =>
        get(`${messages}?roomId=${room}&before=${time}`),
      ),
    ),
    row(403, 'messages that mention Bob', 'mentionedPeople can only be me or your own id.', ({ room }) =>
      get(`${messages}?roomId=${room}&mentionedPeople=${personId('bob')}`),
    ),
    row(400, "Bob's memberships", 'personId and personEmail need roomId, unless they name yourself.', () =>
      get(`${memberships}?personEmail=${people.bob.email}`),
    ),
    row(400, 'a path that cannot be decoded', /^The path cannot be read/, () => get(`${rooms}/%E0%A4%A`)),
  ]);
});

describe('webhooks', () => {
  const filterOf = (key: string) => `invalid value for filter: ${key}`;
  const changes: [object, string | RegExp][] = [
    [{ filter: 'color=red' }, filterOf('color')],
    [{ filter: 'roomId' }, filterOf('roomId')],
    [{ filter: 'roomId=nonsense', resource: 'messages' }, filterOf('roomId')],
    [{ filter: `roomId=${unknown('ROOM')}`, resource: 'messages' }, filterOf('roomId')],
    [{ filter: `personId=${unknown('ROOM')}`, resource: 'messages' }, filterOf('personId')],
    [{ filter: 'type=group&type=direct' }, filterOf('type')],
    [{ filter: 'isLocked=yes' }, filterOf('isLocked')],
    [{ resource: 'Rooms' }, /^resource 'Rooms' is not available on this server: use one of /],
    [{ event: 'deleted' }, /^event 'deleted' is not available for resource 'rooms': use one of /],
    [{ targetUrl: 'ftp://files.example/' }, 'targetUrl must be an absolute http or https URL.'],
  ];
  testRefusals([
    ...changes.map(([change, message]) =>
      row(400, JSON.stringify(change), message, () => post(webhooks, { ...webhook, ...change })),
    ),
    row(400, "on Bob's room", filterOf('roomId'), ({ bobs }) =>
      post(webhooks, { ...webhook, resource: 'messages', filter: `roomId=${bobs.room}` }),
    ),
  ]);
});

describe('tokens and scopes', () => {
  const unauthorized = 'The request requires a valid access token set in the Authorization request header.';
  const forbidden = /^The server understood the request, but refused to fulfill it because the access token is missing/;
  const alice = tokenOf('alice');
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer nobody',
    `Bearer ${tokens.expired}`,
    'Basic YTpi',
    alice,
    `Token ${alice}`,
    `Bearer ${alice} ${tokenOf('bob')}`,
  ];
  const scoped: [string, Send][] = [
    ...[rooms, memberships, messages, `${messages}/direct`, '/v1/people', '/v1/people/me'].map(
      (path): [string, Send] => [`GET ${path}`, () => get(path)],
    ),
    ...[rooms, memberships, messages].map((path): [string, Send] => [`POST ${path}`, () => post(path, { title: 'x' })]),
    ['GET a room', ({ room }) => get(`${rooms}/${room}`)],
    ['PUT a room', ({ room }) => put(`${rooms}/${room}`, { title: 'x' })],
    ['DELETE a room', ({ room }) => remove(`${rooms}/${room}`)],
    ['GET a membership', ({ membership }) => get(`${memberships}/${membership}`)],
    ['PUT a membership', ({ membership }) => put(`${memberships}/${membership}`, { isModerator: true })],
    ['DELETE a membership', ({ membership }) => remove(`${memberships}/${membership}`)],
    ['GET a message', ({ message }) => get(`${messages}/${message}`)],
    ['POST a submission', ({ card }) => post(actions, { ...submit, messageId: card })],
    ['GET a submission', ({ action }) => get(`${actions}/${action}`)],
    ['DELETE a message', ({ message }) => remove(`${messages}/${message}`)],
    ['POST a webhook', () => post(webhooks, webhook)],
  ];
  testRefusals([
    ...wrong.flatMap((authorization) => [
      row(401, `GET under '${authorization}'`, unauthorized, () => under(authorization, get(rooms))),
      row(401, `POST under '${authorization}'`, unauthorized, () => under(authorization, post(rooms, { title: 'x' }))),
    ]),
    row(401, 'whatever else is wrong', unauthorized, () => under('Bearer nobody', post(rooms, '{'))),
    ...scoped.map(([what, send]) =>
      row(403, what, forbidden, (scene) => under(`Bearer ${tokens.withoutScopes}`, send(scene))),
    ),
  ]);
});

describe('places and methods', () => {
  const nowhere = [
    '/',
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1rooms',
    '/v2/rooms',
    '/v1/rooms/a/b',
    '/v1/messages/direct/x',
    '/favicon.ico',
    '/%2e%2e/etc/passwd',
  ];
  const wrongMethods: [method: string, path: string, allow: string][] = [
    ['PATCH', rooms, 'GET, HEAD, POST'],
    ['DELETE', rooms, 'GET, HEAD, POST'],
    ['PUT', `${rooms}/`, 'GET, HEAD, POST'],
    ['POST', `${rooms}/x`, 'GET, HEAD, PUT, DELETE'],
    ['PUT', memberships, 'GET, HEAD, POST'],
    ['PATCH', `${messages}/x`, 'GET, HEAD, PUT, DELETE'],
    ['POST', '/v1/contents/x', 'GET, HEAD'],
    ['GET', actions, 'POST'],
    ['DELETE', `${actions}/x`, 'GET, HEAD'],
    ['POST', '/v1/people/me', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/v1/people', 'GET, HEAD, POST'],
    ['POST', '/v1/events', 'GET, HEAD'],
    ['DELETE', '/v1/licenses/x', 'GET, HEAD'],
    ['PATCH', `${webhooks}/x`, 'GET, HEAD, PUT, DELETE'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ];
  testRefusals([
    ...nowhere.flatMap((path) =>
      ['GET', 'POST', 'DELETE'].map((method) =>
        row(404, `${method} ${path}`, `There is nothing at ${method} ${path}.`, () =>
          under(undefined, { method, path }),
        ),
      ),
    ),
    ...wrongMethods.map(([method, path, allow]) => ({
      ...row(405, `${method} ${path}`, `${method} is not allowed here: use ${allow}.`, () => ({ method, path })),
      allow,
    })),
  ]);
});
