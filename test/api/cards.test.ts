import { describe, expect, test } from 'vitest';
import type { Attachment, Message } from '../../src/contract/index.ts';
import { ADAPTIVE_CARD, attachmentsOf, form } from '../support/cards.ts';
import { people, personId, startServer, tokenOf, type TestServer } from '../support/server.ts';

/** Cards: spec 3.9, CARD-1 to CARD-4. */

async function scene() {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob', 'robot');
  const send = (body: object) => server.as('alice').ok<Message>('POST', '/v1/messages', { roomId: room.id, ...body });
  const read = (id: string) => server.as('bob').ok<Message>('GET', `/v1/messages/${id}`);
  return { server, room, send, read };
}

describe('a message with a card', () => {
  test('shows it unchanged to whoever reads it (CARD-4)', async () => {
    const { server, room, send, read } = await scene();
    // Numbers for keys go first in JSON whoever writes it; everything else keeps its place.
    const content = {
      zebra: null,
      ...form,
      'Action.New': [[], {}],
      body: [...form.body, { type: 'Table', rows: [1.5] }],
    };
    const posted = await send({ text: 'Fill in the form', attachments: attachmentsOf(content) });
    const attachments = [{ contentType: ADAPTIVE_CARD, content }];
    expect(posted).toMatchObject({ text: 'Fill in the form', attachments });
    const received = await read(posted.id);
    expect(received).toEqual(posted);
    expect(JSON.stringify(received.attachments)).toBe(JSON.stringify(attachments));
    expect(await server.as('bob').ok('GET', `/v1/messages?roomId=${room.id}`)).toEqual({ items: [posted] });
    await server.restart();
    expect(await read(posted.id)).toEqual(posted);
  });

  test('needs no words (MSG-9), and keeps those it has', async () => {
    const { send, read } = await scene();
    const attachments = attachmentsOf();
    for (const [words, shown] of [
      [{}, {}],
      [{ text: ' ' }, {}],
      [{ markdown: '#' }, {}],
      [{ text: 'T' }, { text: 'T' }],
      [{ markdown: '**M**' }, { text: 'M', markdown: '**M**', html: '<p><strong>M</strong></p>' }],
      [
        { text: 'T', markdown: '*M*' },
        { text: 'T', markdown: '*M*', html: '<p><em>M</em></p>' },
      ],
    ]) {
      const { id } = await send({ ...words, attachments });
      const { text, markdown, html, ...rest } = await read(id);
      expect({ ...(text !== undefined && { text }), ...(markdown && { markdown }), ...(html && { html }) }).toEqual(
        shown,
      );
      expect(rest).toMatchObject({ attachments });
    }
  });

  test('can be the first one of a 1:1 room, a reply, and mention a bot', async () => {
    const { server, room, send } = await scene();
    const direct = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.robot.email, attachments: attachmentsOf() });
    const { toPersonEmail: _, ...asRead } = direct;
    expect(await server.as('robot').ok('GET', `/v1/messages/${direct.id}`)).toEqual(asRead);

    const reply = await send({ parentId: (await send({ text: 'root' })).id, attachments: attachmentsOf() });
    const markdown = `<@personId:${personId('robot')}> look`;
    const mention = await send({ markdown, attachments: attachmentsOf() });
    const robot = server.as('robot');
    expect(await robot.ok('GET', `/v1/messages?roomId=${room.id}&mentionedPeople=me`)).toEqual({ items: [mention] });
    expect(await robot.get(`/v1/messages/${reply.id}`)).toMatchObject({ status: 404 });
  });

  test('is told of without it, and as one that has an attachment', async () => {
    const { server, room, send } = await scene();
    const receivers = { with: await server.receiver(), without: await server.receiver() };
    await server.webhook('bob', receivers.with, { event: 'all', filter: `roomId=${room.id}&hasAttachments=true` });
    await server.webhook('bob', receivers.without, { event: 'all', filter: 'hasAttachments=false' });
    const card = await send({ text: 'x', attachments: attachmentsOf() });
    const plain = await send({ text: 'x', attachments: [] });
    for (const { id } of [card, plain]) await server.as('alice').ok('DELETE', `/v1/messages/${id}`);
    await server.settled();

    const told = (which: keyof typeof receivers) =>
      receivers[which].received.map(({ notice }) => `${notice.event} ${notice.data.id}`).toSorted();
    expect(told('with')).toEqual([`created ${card.id}`, `deleted ${card.id}`]);
    expect(told('without')).toEqual([`created ${plain.id}`, `deleted ${plain.id}`]);
    const { text: _text, attachments: _attachments, ...data } = card;
    const created = receivers.with.received.find(({ notice }) => notice.event === 'created');
    expect(created?.notice.data).toEqual(data);
  });
});

describe('the card as text, where the body is a form (FILE-5)', () => {
  const parts = (fields: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    return data;
  };
  test.each([
    ['multipart', parts],
    ['urlencoded', (fields: Record<string, string>) => new URLSearchParams(fields)],
  ])('%s', async (_, encode) => {
    const { server, room } = await scene();
    const attachments: Attachment[] = attachmentsOf();
    const body = encode({ roomId: room.id, text: 'x', attachments: JSON.stringify(attachments) });
    expect(await postForm(server, body)).toMatchObject({ status: 200, body: { text: 'x', attachments } });
    for (const [wrong, message] of [
      ['[{', 'attachments is a text that is not valid JSON.'],
      ['{}', 'attachments must be of type array.'],
      [JSON.stringify(attachmentsOf({})), 'One (or more) of the arguments is invalid.'],
    ] as const) {
      const sent = encode({ roomId: room.id, text: 'x', attachments: wrong });
      expect(await postForm(server, sent)).toMatchObject({ status: 400, body: { message } });
    }
  });
});

async function postForm({ url }: TestServer, body: FormData | URLSearchParams) {
  const headers = { authorization: `Bearer ${tokenOf('alice')}` };
  const response = await fetch(new URL('/v1/messages', url), { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as object };
}

test('what is wrong with a card is said in the further descriptions', async () => {
  const { server, room } = await scene();
  const body = [{ type: 'TextBlock', text: 'x', wrap: 'True' }, { type: 'Input.Text' }];
  const attachments = attachmentsOf({ ...form, body });
  expect(await server.as('alice').post('/v1/messages', { roomId: room.id, attachments })).toMatchObject({
    status: 400,
    body: {
      message: 'One (or more) of the arguments is invalid.',
      errors: [
        { description: 'One (or more) of the arguments is invalid.' },
        { description: 'attachments[0].content.body[0].wrap must be true or false, not a text.' },
        { description: 'attachments[0].content.body[1].id is missing.' },
      ],
    },
  });
});

test('the limits are the settings', async () => {
  const server = await startServer((options) => ({ ...options, cards: { ...options.cards, bytes: 100, actions: 1 } }));
  const room = await server.room('Demo', 'alice');
  const send = (card: object) =>
    server.as('alice').post('/v1/messages', {
      roomId: room.id,
      attachments: attachmentsOf({ type: 'AdaptiveCard', version: '1.3', ...card }),
    });
  const two = [{ type: 'X' }, { type: 'X' }];
  expect(await send({ actions: two.slice(1) })).toMatchObject({ status: 200 });
  expect(await send({ actions: two })).toMatchObject({ status: 400 });
  expect(await send({ lang: 'x'.repeat(100) })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('at most 100 bytes are allowed') },
  });
});
