import { createHmac } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Message, Webhook } from '../../src/contract/index.ts';
import { startServer } from '../support/server.ts';
import type { Report, Start } from './botbuilder-bot.ts';
import { ClientProgram } from './client-program.ts';
import { npmPackages } from './installed.ts';
import { newPerson, runClock } from './suites/suite.ts';

const adapter = await npmPackages('botbuilder');

test.skipIf(adapter.missing !== undefined)(
  'botbuilder-adapter-webex answers what is genuine, and nothing else',
  { timeout: 120_000 },
  async () => {
    if (adapter.missing !== undefined) expect.unreachable(adapter.missing);
    const bot = new ClientProgram<Report>(new URL('botbuilder-bot.ts', import.meta.url), { env: {} });
    const { url } = await bot.reported({ kind: 'listens' });
    // The adapter registers https whatever it is given: an operator puts a proxy there.
    const rewrite = [
      { from: { origin: 'https://bot.example', path: '' }, to: { origin: new URL(url).origin, path: '' } },
    ];
    const server = await startServer((options) => ({ ...options, delivery: { ...options.delivery, rewrite } }));
    runClock(server);
    const robot = await newPerson(server, 'webex.bot', 'bot');
    const start = {
      server: server.url,
      token: robot.token.access_token,
      packages: path.join(adapter.folder, 'package.json'),
    };
    bot.send(start satisfies Start);
    await bot.reported({ kind: 'ready' });

    // The adapter does not tell when its webhook is registered.
    await expect.poll(() => webhooks(), { timeout: 30_000 }).toHaveLength(1);
    expect(await webhooks()).toMatchObject([
      {
        name: 'Botkit Firehose',
        targetUrl: 'https://bot.example/hook',
        resource: 'all',
        event: 'all',
        status: 'active',
      },
    ]);

    const receiver = await server.receiver();
    await server.webhook('alice', receiver, { filter: `personEmail=${robot.email}` });
    const room = await server.room('Demo', 'alice', 'bob');
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personEmail: robot.email });
    await server.as('bob').say(room, `<@personEmail:${robot.email}> grüß *Zürich* – ✓`);
    expect(await bot.reported({ kind: 'told' })).toMatchObject({ text: 'grüß Zürich – ✓' });
    const { notice } = await receiver.next();
    expect(await server.as('alice').ok<Message>('GET', `/v1/messages/${notice.data.id}`)).toMatchObject({
      roomId: room.id,
      text: 'You said: grüß Zürich – ✓',
    });

    const { id } = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { toPersonEmail: robot.email, text: 'one' });
    await bot.reported({ kind: 'told', text: 'one' });
    await receiver.next();
    const forged = JSON.stringify({ resource: 'messages', event: 'created', data: { id } });
    for (const secret of ['a guess', 'sécret – ✓']) {
      const signature = createHmac('sha1', secret).update(forged).digest('hex');
      await fetch(url, { method: 'POST', headers: { 'x-spark-signature': signature }, body: forged });
    }
    // Only the one under the right secret is answered.
    await receiver.next();
    await server.settled();
    expect(receiver.unseen).toEqual([]);
    expect(bot.reports.filter(({ kind }) => kind === 'told')).toHaveLength(3);

    async function webhooks(): Promise<Webhook[]> {
      return (await server.withToken(robot.token.access_token).ok<{ items: Webhook[] }>('GET', '/v1/webhooks')).items;
    }
  },
);
