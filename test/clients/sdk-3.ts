import { createRequire } from 'node:module';

/**
 * Version 3 of the JavaScript SDK, its messaging plugins alone: makes, reads, changes and removes one of each, and tells
 * what it was answered. (Its own tests of messages are switched off by their authors.)
 */

export type Report = { kind: 'did'; what: string; answer: unknown } | { kind: 'ended' };

type Item = { id: string } & Record<string, unknown>;
interface Page {
  items: Item[];
  hasNext(): boolean;
  next(): Promise<Page>;
}
interface Plugin {
  create(body: object): Promise<Item>;
  get(id: string | Item): Promise<Item>;
  list(query: object): Promise<Page>;
  update(body: object, altBody?: object): Promise<Item>;
  remove(item: Item): Promise<unknown>;
}

const packages = createRequire(process.env['PACKAGES'] ?? '');
const { default: WebexCore } = packages('@webex/webex-core') as {
  default: new (options: object) => Record<'people' | 'rooms' | 'memberships' | 'messages' | 'webhooks', Plugin>;
};
for (const plugin of ['logger', 'people', 'rooms', 'memberships', 'messages', 'webhooks'])
  packages(`@webex/plugin-${plugin}`);
const webex = new WebexCore({ credentials: { access_token: process.env['WEBEX_ACCESS_TOKEN'] } });
const bob = process.env['BOB'] ?? '';

const me = await tell('me', webex.people.get('me'));
const room = await tell('room', webex.rooms.create({ title: 'Demo' }));
await tell('room again', webex.rooms.get(room));
await tell('room renamed', webex.rooms.update({ ...room, title: 'Renamed' }));
const membership = await tell('membership', webex.memberships.create({ roomId: room.id, personEmail: bob }));
await tell('moderator', webex.memberships.update({ ...membership, isModerator: true }));
const message = await tell(
  'message',
  webex.messages.create({ roomId: room.id, markdown: `<@personEmail:${bob}> **grüß** – ✓` }),
);
await tell('message again', webex.messages.get(message));
const reply = await tell('reply', webex.messages.create({ roomId: room.id, parentId: message.id, text: 'first' }));
await tell('messages, one a page', titles(webex.messages.list({ roomId: room.id, max: 1 })));
const webhook = await tell(
  'webhook',
  webex.webhooks.create({ name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'messages', event: 'created' }),
);
await tell('webhook renamed', webex.webhooks.update({ ...webhook, name: 'changed' }));
await tell('webhook removed', webex.webhooks.remove(webhook));
await tell('reply removed', webex.messages.remove(reply));
await tell('reply after that', webex.messages.get(reply));
await tell('membership removed', webex.memberships.remove(membership));
await tell('room removed', webex.rooms.remove(room));
await tell('person by id', webex.people.get(me.id));
process.send?.({ kind: 'ended' } satisfies Report);

async function tell<T>(what: string, call: Promise<T>): Promise<T> {
  const answer = await call.catch((error: unknown) => ({ refused: Reflect.get(Object(error), 'statusCode') }) as T);
  process.send?.({ kind: 'did', what, answer } satisfies Report);
  return answer;
}

async function titles(first: Promise<Page>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let page = await first; ; page = await page.next()) {
    found.push(...page.items.map(({ text }) => text));
    if (!page.hasNext()) return found;
  }
}
