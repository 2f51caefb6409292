import { expect, test } from 'vitest';
import { until } from '../delivery/support.ts';
import { Line } from '../support/line.ts';
import { startServer, tokenOf, type TestServer } from '../support/server.ts';
import { hearth, startHearth, type Program } from './program.ts';

function listen(server: TestServer, ...args: string[]): Program {
  return startHearth(['listen', '--token', tokenOf('alice'), '--url', server.url, ...args]);
}

const listening = (program: Program) => until(() => program.err.includes('Listening'));
const lines = ({ out }: Program) =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { resource: string; event: string; data: { id: string } });

test('prints a line for each event, and says where to go on', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const program = listen(server, '--resource', 'messages', '--event', 'created', '--filter', `roomId=${room.id}`);
  await listening(program);
  const first = await server.as('bob').say(room, 'hello');
  await program.says(/\n/);
  expect(lines(program)).toMatchObject([{ resource: 'messages', event: 'created', data: { id: first.id } }]);
  expect(await program.stop()).toBe(0);
  const [, cursor = ''] = /--after (\S+)/.exec(program.err) ?? [];

  const second = await server.as('bob').say(room, 'while nobody listened');
  const again = listen(server, '--after', cursor, '--resource', 'messages');
  await again.says(/\n/);
  expect(lines(again)).toMatchObject([{ data: { id: second.id } }]);
});

test('hands events on as a webhook would, and waits for a receiver that is not there', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  let target = 'http://127.0.0.1:1';
  await using line = await Line.open(() => target);
  const url = `${line.url}/hook`;
  const program = listen(server, '--forward', url, '--resource', 'messages');
  await listening(program);
  const said = [await server.as('bob').say(room, 'one'), await server.as('bob').say(room, 'two')];
  await until(() => program.err.includes('cannot be reached'));
  target = receiver.url;
  const [one, two] = await receiver.take(2);
  expect([one, two].map((received) => received?.notice.data.id)).toEqual(said.map(({ id }) => id));
  expect(one?.notice).toMatchObject({ resource: 'messages', event: 'created', targetUrl: url, status: 'active' });
  expect(one?.headers['x-hearth-delivery-id']).toBe(one?.notice.id);
  await until(() => program.err.split('answered 200 to messages created').length === 3);
});

test('comes back by itself when the server does', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  await using line = await Line.open(() => server.url);
  const program = startHearth(['listen', '--url', line.url], { WEBEX_ACCESS_TOKEN: tokenOf('alice') });
  await listening(program);
  await server.restart();
  const message = await server.as('bob').say(room, 'hello');
  await program.says(/\n/);
  expect(lines(program)).toMatchObject([{ data: { id: message.id } }]);
});

test.each([
  [[], 'hearth listen needs --token'],
  [['--token', 'nobody'], 'answered 401: The request requires a valid access token'],
  [['--token', tokenOf('alice'), '--resource', 'people'], "resource 'people' is not available"],
  [['--token', tokenOf('alice'), '--forward', 'there'], '--forward is "there", which is no URL.'],
  [['--token', tokenOf('alice'), '--after', 'x'], 'The cursor is not one this server gave out.'],
])('%j is refused', async (args, sentence) => {
  const server = await startServer();
  expect(await hearth(['listen', '--url', server.url, ...args])).toMatchObject({
    code: 2,
    err: expect.stringContaining(sentence),
  });
});
