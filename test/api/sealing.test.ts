import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { AttachmentAction, Message } from '../../src/contract/index.ts';
import { attachmentsOf, form } from '../support/cards.ts';
import { people, startServer, type TestServer } from '../support/server.ts';

/** What people say and the secrets they sign with: readable nowhere but through the API. */

const marks = {
  text: 'mark-of-text-7d1f',
  markdown: 'mark-of-markdown-0c52',
  html: 'mark-of-html-93ae',
  direct: 'mark-of-direct-b8e4',
  reply: 'mark-of-reply-41c7',
  deleted: 'mark-of-deleted-e05d',
  card: 'mark-of-card-68f0',
  input: 'mark-of-input-d917',
  secret: 'mark-of-secret-2a6b',
  laterSecret: 'mark-of-later-secret-f3d8',
  // What never becomes a message is nobody's business either.
  /** Short, because a parser quotes no more than ten characters of what it cannot read. */
  malformed: 'mark-5b90',
  refused: 'mark-of-refused-c61e',
};

/** Which of the marks are in these bytes, in any of the encodings that a file or a log could have them in. */
function marksIn(bytes: Buffer): string[] {
  const held = (text: string) =>
    (['utf8', 'utf16le'] as const).some((encoding) => bytes.includes(Buffer.from(text, encoding)));
  const encoded = (text: string) =>
    // Base64 of a text depends on where in it the text starts, and too little of a short one does not depend on it.
    text.length > 12 &&
    [0, 1, 2].some((offset) =>
      held(
        Buffer.from(' '.repeat(offset) + text)
          .toString('base64')
          .slice(offset === 0 ? 0 : 4, -4),
      ),
    );
  return Object.values(marks).filter((mark) => held(mark) || encoded(mark) || held(Buffer.from(mark).toString('hex')));
}

async function files(folder: string): Promise<Map<string, Buffer>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  return new Map(await Promise.all(found.map(async (file) => [path.basename(file), await readFile(file)] as const)));
}

async function say(server: TestServer): Promise<Message[]> {
  const [alice, bob] = [server.as('alice'), server.as('bob')];
  const room = await server.room('The title is in clear', 'alice', 'bob', 'robot');
  const post = (body: object) => alice.ok<Message>('POST', '/v1/messages', { roomId: room.id, ...body });
  const messages = [
    await post({ text: marks.text }),
    await post({ markdown: `<@personEmail:${people.bob.email}> **${marks.markdown}**` }),
    await post({ html: `<p>${marks.html}</p>` }),
    await post({ attachments: attachmentsOf({ ...form, fallbackText: marks.card }) }),
  ];
  const { id: parentId } = messages[0] as Message;
  messages.push(
    await bob.ok<Message>('POST', '/v1/messages', { parentId, text: marks.reply }),
    await bob.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.alice.email, text: marks.direct }),
  );
  const { id } = await post({ text: marks.deleted });
  await alice.ok('DELETE', `/v1/messages/${id}`);

  // The parser's complaint quotes it.
  const malformed = await alice.post('/v1/messages', marks.malformed);
  expect(malformed).toMatchObject({ status: 400, body: { message: expect.stringContaining(marks.malformed) } });
  expect(await alice.post('/v1/messages', { roomId: room.id, text: marks.refused.repeat(1_000) })).toMatchObject({
    status: 400,
  });
  expect(await alice.post('/v1/messages', { text: marks.refused })).toMatchObject({ status: 400 });
  expect(await alice.post('/v1/messages', { roomId: room.id, text: [marks.refused] })).toMatchObject({ status: 400 });
  const badCard = { ...form, body: [{ type: 'TextBlock', text: [marks.refused], [marks.refused]: 1 }] };
  for (const attachments of [attachmentsOf(badCard), [{ contentType: 'text/plain', content: marks.refused }]])
    expect(await alice.post('/v1/messages', { roomId: room.id, attachments })).toMatchObject({ status: 400 });
  expect(await alice.post('/v1/webhooks', { name: 'w', secret: marks.refused })).toMatchObject({ status: 400 });
  return messages;
}

test('no file, no log line and no row of the log holds a message or a secret', async () => {
  const lines: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(Buffer.from(chunk));
      done();
    },
  });
  const server = await startServer((options) => ({ ...options, logger: pino({ level: 'trace' }, stream) }));
  // One receiver takes everything, another one fails, so that deliveries are kept with their bodies.
  const [willing, failing] = [await server.receiver(), await server.receiver()];
  failing.answer = 500;
  const settings = { resource: 'all', event: 'all', secret: marks.secret };
  await server.webhook('bob', willing, settings);
  const { id } = await server.webhook('bob', failing, settings);
  await server.as('bob').ok('PUT', `/v1/webhooks/${id}`, { secret: marks.laterSecret });

  await server.webhook('alice', failing, { ...settings, resource: 'attachmentActions' });

  const messages = await say(server);
  const card = messages.find(({ attachments }) => attachments);
  const submission = { type: 'submit', messageId: card?.id, inputs: { name: marks.input } };
  const action = await server.as('bob').ok<AttachmentAction>('POST', '/v1/attachment/actions', submission);
  await server.settled();
  expect(failing.received.map(({ notice }) => notice.resource)).toContain('attachmentActions');
  expect(failing.received.length).toBeGreaterThan(0);
  await expectNothing();

  await server.restart();
  await server.settled();
  for (const message of messages) {
    const { toPersonEmail: _, ...read } = message;
    expect(await server.as('bob').ok('GET', `/v1/messages/${message.id}`)).toEqual(read);
  }
  expect(await server.as('bob').ok('GET', `/v1/attachment/actions/${action.id}`)).toEqual(action);
  expect(await server.as('bob').ok('GET', `/v1/webhooks/${id}`)).toMatchObject({ secret: marks.laterSecret });
  await expectNothing();

  async function expectNothing(): Promise<void> {
    const found = await files(server.folder);
    expect([...found.keys()]).toEqual(expect.arrayContaining(['hearth.db', 'hearth.db-wal']));
    for (const [name, bytes] of found) expect(marksIn(bytes), name).toEqual([]);
    // The files are the ones that everything is in.
    expect([...found.values()].some((bytes) => bytes.includes('The title is in clear'))).toBe(true);

    expect(lines.length).toBeGreaterThan(0);
    expect(marksIn(Buffer.concat(lines))).toEqual([]);

    const { query } = server.app.db.reader;
    const events = await query.selectFrom('events').selectAll().execute();
    const deliveries = await query.selectFrom('deliveries').selectAll().execute();
    const attempts = await query.selectFrom('attempts').selectAll().execute();
    expect(attempts.filter(({ exchange }) => exchange !== null).length).toBeGreaterThan(0);
    expect(marksIn(Buffer.from(JSON.stringify([events, deliveries, attempts])))).toEqual([]);
  }
});

test('the search finds what is there', () => {
  const { text } = marks;
  for (const written of [
    text,
    ...[0, 1, 2].map((offset) => Buffer.from(`${'x'.repeat(offset)}${text}yz`).toString('base64')),
  ]) {
    expect(marksIn(Buffer.from(`before ${written} after`))).toEqual([text]);
  }
  expect(marksIn(Buffer.from(text, 'utf16le'))).toEqual([text]);
});
