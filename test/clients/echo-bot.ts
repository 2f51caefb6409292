import Framework from 'webex-node-bot-framework';
import webhook from 'webex-node-bot-framework/webhook.js';
import { Receiver } from '../support/receiver.ts';
import { expressRoute } from './express-route.ts';

/**
 * An echo bot as users of webex-node-bot-framework write it. It is a program of its own since the SDK reads the address
 * of the server from the environment while it is loaded. It tells its parent process what happens to it.
 */
export type Report =
  | { kind: 'ready' | 'stopped' }
  | { kind: 'spawned' | 'despawned'; roomId: string; actorId?: string | undefined };

function report(what: Report): void {
  process.send?.(what);
}

const receiver = await Receiver.start();
const framework = new Framework({
  token: process.env['WEBEX_ACCESS_TOKEN'],
  webhookUrl: receiver.url,
  webhookSecret: 'sécret – ✓',
});
receiver.answer = expressRoute(webhook(framework));

framework.on('spawn', ({ room }, _, actorId) => {
  report({ kind: 'spawned', roomId: room.id, actorId });
});
framework.on('despawn', ({ room }, _, actorId) => {
  report({ kind: 'despawned', roomId: room.id, actorId });
});
framework.hears(
  /.*/,
  (bot, { text, person, message }) => bot.reply(message, `**${person.displayName}** said: ${text}`, 'markdown'),
  'Says it again, unless it is something else',
  2,
);
framework.hears(
  /^which rooms\?$/,
  async (bot, { message }) => bot.reply(message, await titlesOfRooms(), 'text'),
  'Names them',
  1,
);

process.on('message', () => void stop());

const initialized = new Promise((resolve) => framework.once('initialized', resolve));
await Promise.all([initialized, registered(framework), framework.start()]);
report({ kind: 'ready' });

/** The framework neither waits for its webhooks nor announces them; the second one is kept here when both are made. */
function registered(bot: Framework): Promise<unknown> {
  return new Promise((resolve) => {
    Object.defineProperty(bot, 'cardsWebhook', { set: resolve, configurable: true });
  });
}

async function stop(): Promise<void> {
  await framework.stop();
  report({ kind: 'stopped' });
}

/** Read one room at a time: from the second page on the SDK follows links. */
async function titlesOfRooms(): Promise<string> {
  const titles: string[] = [];
  for (let page = await framework.getWebexSDK().rooms.list({ max: 1 }); ; page = await page.next()) {
    titles.push(...page.items.map(({ title }) => title));
    if (!page.hasNext()) return titles.toSorted((a, b) => a.localeCompare(b)).join(', ');
  }
}
