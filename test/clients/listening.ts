import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * A program that hears of events by `listen()` of Webex's JavaScript SDK, of the version that lies in the folder it is given:
 * the whole of it where there is one, else the plugins that are told of messaging.
 */
export type Report =
  | { kind: 'listening' | 'online' | 'offline' }
  | { kind: 'heard'; resource: string; event: string; actorId: string; data: { id: string; [key: string]: unknown } }
  | { kind: 'logged'; level: string; text: string };

function report(what: Report): void {
  process.send?.(what);
}

interface Plugin {
  listen(): Promise<void>;
  on(event: string, heard: (event: { actorId: string; data: { id: string } }) => void): void;
}

interface Sdk {
  once(event: 'ready', done: () => void): void;
  internal: { mercury: { on(event: string, heard: () => void): void } };
  messages: Plugin;
  memberships: Plugin;
  rooms: Plugin;
  attachmentActions: Plugin;
}

for (const level of ['error', 'warn'] as const) {
  console[level] = (...words: unknown[]) => report({ kind: 'logged', level, text: words.map(String).join(' ') });
}

const sdk = load(createRequire(path.join(process.env['SDK_FOLDER'] ?? '.', 'package.json')));
await new Promise<void>((resolve) => sdk.once('ready', resolve));
for (const resource of ['messages', 'memberships', 'rooms', 'attachmentActions'] as const) {
  await sdk[resource].listen();
  for (const event of ['created', 'updated', 'deleted']) {
    sdk[resource].on(event, ({ actorId, data }) => report({ kind: 'heard', resource, event, actorId, data }));
  }
}
sdk.internal.mercury.on('online', () => report({ kind: 'online' }));
sdk.internal.mercury.on('offline', () => report({ kind: 'offline' }));
report({ kind: 'listening' });

/** Whatever the folder has of it: the name is no dependency of this file. */
function load(from: (name: string) => unknown): Sdk {
  const attributes = { credentials: { access_token: process.env['WEBEX_ACCESS_TOKEN'] } };
  if (process.env['SDK'] === 'webex') return (from('webex') as { init(attributes: object): Sdk }).init(attributes);
  const plugins = ['logger', 'people', 'rooms', 'messages', 'memberships', 'attachment-actions'];
  for (const plugin of plugins) from(`@webex/plugin-${plugin}`);
  const { default: Core } = from('@webex/webex-core') as { default: new (attributes: object) => Sdk };
  return new Core(attributes);
}
