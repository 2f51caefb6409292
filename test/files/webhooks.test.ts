import { describe, expect, test } from 'vitest';
import type { Explanation, Message, MessageNotice } from '../../src/contract/index.ts';
import { raw } from '../support/raw.ts';
import { people, personId, startServer, type Adjust } from '../support/server.ts';
import { download, send, text } from './support.ts';

/** What webhooks are told of files: spec 4.5.1, DATA-2, FLT-7. */

describe('the notice of a message with a file', () => {
  test('says where it is, and nothing of what it is', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    await server.webhook('bob', receiver, {});
    const markdown = `<@personEmail:${people.bob.email}> look`;
    const { body } = await send(server, 'alice', { roomId: room.id, markdown, files: text('secret', 'plans.txt') });
    const { notice, body: sent } = await receiver.next();
    expect(Object.entries(notice.data)).toEqual([
      ['id', body.id],
      ['roomId', room.id],
      ['roomType', 'group'],
      ['personId', personId('alice')],
      ['personEmail', people.alice.email],
      ['mentionedPeople', [personId('bob')]],
      ['files', [expect.stringMatching(/^http:\/\/localhost:\d+\/v1\/contents\/[\w-]+$/)]],
      ['created', body.created],
    ]);
    expect(sent).not.toMatch(/plans|secret/);
    // It can be downloaded at the moment the notice comes (AUD-10).
    expect((await download(notice.data as MessageNotice, 'bob')).bytes.toString()).toBe('secret');
  });

  const listening =
    (host: string, publicUrl?: string): Adjust =>
    (options) => ({ ...options, publicUrl, http: { ...options.http, host } });

  test.each([
    [
      'the public URL, where there is one',
      '127.0.0.1',
      'https://hearth.acme.example/base',
      /^https:\/\/hearth\.acme\.example\/base\/v1\/contents\//,
    ],
    ['the address it listens on', '127.0.0.1', undefined, /^http:\/\/localhost:\d+\/v1\/contents\//],
    [
      'the public URL of one that listens on all addresses',
      '0.0.0.0',
      'http://hearth.example:8443',
      /^http:\/\/hearth\.example:8443\/v1/,
    ],
  ])('its address begins with %s', async (_, host, publicUrl, expected) => {
    const server = await startServer(listening(host, publicUrl));
    const room = await server.room('Demo', 'alice');
    const receiver = await server.receiver();
    await server.webhook('alice', receiver, {});
    // Whoever posts has no say in where others send their tokens to.
    const { body } = await raw(server.url, {
      method: 'POST',
      path: '/v1/messages',
      headers: { host: 'evil.example', 'content-type': 'multipart/form-data; boundary=x' },
      body: [
        `--x\r\nContent-Disposition: form-data; name="roomId"\r\n\r\n${room.id}\r\n`,
        '--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\ncontent\r\n--x--\r\n',
      ].join(''),
    });
    expect((JSON.parse(body) as Message).files).toEqual([expect.stringMatching(/^http:\/\/evil\.example\//)]);
    const { notice } = await receiver.next();
    expect((notice.data as MessageNotice).files).toEqual([expect.stringMatching(expected)]);
  });

  test('where nobody knows how the server is called, the address is left out', async () => {
    const server = await startServer(listening('0.0.0.0'));
    const room = await server.room('Demo', 'alice');
    const receiver = await server.receiver();
    await server.webhook('alice', receiver, { filter: 'hasFiles=true' });
    await send(server, 'alice', { roomId: room.id, files: text('x') });
    expect((await receiver.next()).notice.data).not.toHaveProperty('files');
  });
});

describe('filters', () => {
  test('hasFiles tells them apart, deleted ones too: as they were (FLT-7)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const [having, without] = [await server.receiver(), await server.receiver()];
    await server.webhook('bob', having, { event: 'all', filter: 'hasFiles=true' });
    await server.webhook('bob', without, { event: 'all', filter: 'hasFiles=false&hasAttachments=false' });
    const plain = await server.as('alice').say(room, 'plain');
    const { body: file } = await send(server, 'alice', { roomId: room.id, files: text('x') });
    for (const { id } of [plain, file]) await server.as('alice').ok('DELETE', `/v1/messages/${id}`);
    await server.settled();
    const told = ({ received }: typeof having) =>
      received.map(({ notice }) => [notice.event, (notice.data as MessageNotice).id]);
    expect(told(having)).toEqual([
      ['created', file.id],
      ['deleted', file.id],
    ]);
    expect(told(without)).toEqual([
      ['created', plain.id],
      ['deleted', plain.id],
    ]);
    expect(having.received[1]?.notice.data).not.toHaveProperty('files');
  });

  test('explain says so', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const receiver = await server.receiver();
    const { id } = await server.webhook('alice', receiver, { filter: 'hasFiles=false' });
    const { body } = await send(server, 'alice', { roomId: room.id, files: text('x') });
    await server.settled();
    const { events } = await server
      .as('alice')
      .ok<Explanation>('GET', `/hearth/v1/explain?webhookId=${id}&messageId=${body.id}`);
    expect(events[0]).toMatchObject({ because: 'filter hasFiles=false' });
    expect(events[0]?.conditions.at(-1)).toMatchObject({
      holds: false,
      sentence: 'The filter asks for hasFiles=false; the event has hasFiles=true.',
    });
  });
});
