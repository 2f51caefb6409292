import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { recorded, rows, until } from './support.ts';

/** Alice's webhook for a room in which Bob has said so much while its receiver failed. */
async function failing(texts: readonly string[]) {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = 500;
  await server.webhook('alice', receiver, {});
  const posted: string[] = [];
  for (const text of texts) posted.push((await server.as('bob').say(room, text)).id);
  await receiver.take(texts.length);
  await until(async () => (await rows(server)).length === texts.length);
  await recorded(server, { state: 'waiting', attempts: 1 });
  return { server, receiver, posted };
}

/** Changes what is stored behind the program's back, as an earlier run may have left it. */
function leave(server: TestServer, change: (query: TestServer['app']['db']['reader']['query']) => Promise<unknown>) {
  return server.app.db.write(async ({ query }) => void (await change(query)));
}

test('what waits for a webhook that was deleted just before a crash is dropped at the next start', async () => {
  const { server, receiver } = await failing(['one', 'two']);
  await leave(server, (query) => query.deleteFrom('webhooks').execute());
  await server.restart();
  await recorded(server, { state: 'dropped', reason: 'The webhook was deleted.', dueAt: null });
  expect(receiver.unseen).toEqual([]);
});

test('what waits for a room goes at the next start when the ordering was given up just before a crash', async () => {
  const { server, receiver, posted } = await failing(['one', 'two', 'three']);
  await leave(server, (query) =>
    query.updateTable('deliveries').set({ dueAt: null, attempts: 0, roomUuid: 'of an earlier one' }).execute(),
  );
  receiver.answer = 200;
  await server.restart();
  const received = await receiver.take(3);
  expect(received.map(({ notice }) => notice.data.id)).toEqual(posted);
  await recorded(server, { state: 'delivered', roomUuid: null });
});

test('a delivery that is dropped while it is tried again keeps the attempts that it counts', async () => {
  const { server, receiver } = await failing(['one']);
  let retry: ServerResponse | undefined;
  receiver.answer = (response) => (retry = response);
  server.clock.advance(5_000);
  const { notice } = await receiver.next();
  await server.as('alice').ok('DELETE', `/v1/webhooks/${notice.id}`);
  await recorded(server, { state: 'dropped', attempts: 1 });
  retry?.writeHead(500).end();
  await until(() => server.app.log.settled === server.app.log.head);
  await server.restart();
  const attempts = await server.app.db.reader.query.selectFrom('attempts').select('number').execute();
  expect(attempts).toEqual([{ number: 1 }]);
  expect(await rows(server)).toMatchObject([{ state: 'dropped', attempts: 1 }]);
});
