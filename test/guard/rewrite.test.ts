import { expect, test } from 'vitest';
import type { Webhook } from '../../src/contract/index.ts';
import { parseRewriteRules } from '../../src/delivery/guard/index.ts';
import { recorded } from '../delivery/support.ts';
import { Receiver } from '../support/receiver.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { REFUSAL } from './forms.ts';

function rewriting(...rules: string[]): Promise<TestServer> {
  const rewrite = parseRewriteRules(rules);
  return startServer((options) => ({ ...options, delivery: { ...options.delivery, rewrite } }));
}

test('a target that no name server knows is called where the rule says, and is told as it was registered', async () => {
  await using receiver = await Receiver.start();
  const server = await rewriting(`https://bot.example:8443=${new URL(receiver.url).origin}`);
  const targetUrl = 'https://bot.example:8443/hook?a=b';
  const { id } = await server.webhook('alice', receiver, { targetUrl });
  expect(await server.as('alice').ok<Webhook>('GET', `/v1/webhooks/${id}`)).toMatchObject({ targetUrl });

  receiver.answer = 503;
  const room = await server.room('Demo', 'alice', 'bob');
  await server.as('bob').say(room, 'hello');
  const first = await receiver.next();
  expect(first.notice.targetUrl).toBe(targetUrl);
  expect(first.headers.host).toBe(new URL(receiver.url).host);

  await recorded(server, { state: 'waiting' });
  receiver.answer = 200;
  server.clock.advance(5_000);
  expect((await receiver.next()).body).toBe(first.body);
  await recorded(server, { state: 'delivered' });
});

test('what counts for the guard is the URL that will be called', async () => {
  const server = await rewriting('http://10.1.2.3=http://127.0.0.1:3978', 'https://bot.example=http://10.1.2.3');
  const body = { name: 'test', resource: 'messages', event: 'created' };
  const register = (targetUrl: string) => server.as('alice').post('/v1/webhooks', { ...body, targetUrl });
  expect(await register('http://10.1.2.3/hook')).toMatchObject({
    status: 200,
    body: { targetUrl: 'http://10.1.2.3/hook' },
  });
  expect(await register('https://bot.example/hook')).toMatchObject({ status: 400, body: { message: REFUSAL } });
  expect(await register('http://user@10.1.2.3/hook')).toMatchObject({ status: 400 });
});
