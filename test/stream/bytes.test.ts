import { expect, test } from 'vitest';
import { poll, StreamClient } from './support.ts';
import { startServer } from '../support/server.ts';

/** Names in place of what is drawn anew in each run. */
function stable(text: string): string {
  const names = new Map<string, string>();
  const nameOf = (id: string, kind: string) => {
    if (!names.has(id)) names.set(id, `{${kind} ${names.size + 1}}`);
    return names.get(id) ?? '';
  };
  return text
    .replaceAll(/"Y2lzY29zcGFyazov[\w-]+"/g, (id) => {
      const [, kind = ''] = /us\/([A-Z_]+)\//.exec(Buffer.from(id.slice(1, -1), 'base64url').toString()) ?? [];
      return `"${nameOf(id, kind)}"`;
    })
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => nameOf(uuid, 'event'))
    .replaceAll(/"updated":"[^"]+"/g, '"updated":"{time}"');
}

test('every kind of message has the bytes of the golden file', async () => {
  const server = await startServer();
  const { cursor } = await poll(server, 'alice', { wait: 0 });
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  await server.settled();
  await server.app.db.write(async ({ query }) => void (await query.deleteFrom('events').execute()));

  const stream = await StreamClient.open(server.url, 'alice', { query: 'deliveries=true', lastEventId: cursor });
  await stream.next();
  await server.as('bob').say(room, 'hello\nworld');
  await stream.take(2);
  server.clock.advance(15_000);
  await stream.until(() => stream.text.includes(': keep-alive'));
  await server.restart(5_000);
  await stream.ended;
  await expect(stable(stream.text)).toMatchFileSnapshot('../golden/stream.txt');
});
