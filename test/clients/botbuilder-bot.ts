import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Receiver } from '../support/receiver.ts';
import { expressRoute } from './express-route.ts';

/** A Bot Framework bot as users of botbuilder-adapter-webex write it: says again what it is told. */

export type Report = { kind: 'listens'; url: string } | { kind: 'ready' } | { kind: 'told'; text: string };

/** What it waits for, as its own address has to be known to the server. */
export interface Start {
  /** package.json of the folder with the adapter. */
  packages: string;
  server: string;
  token: string;
}

interface Adapter {
  getIdentity(): Promise<{ displayName: string }>;
  registerWebhookSubscription(path: string): void;
  processActivity: (
    request: Parameters<Parameters<typeof expressRoute>[0]>[0],
    response: Parameters<Parameters<typeof expressRoute>[0]>[1],
    logic: (context: Context) => Promise<void>,
  ) => Promise<unknown>;
}

interface Context {
  activity: { type: 'message' | 'event'; text: string };
  sendActivity(text: string): Promise<unknown>;
}

const receiver = await Receiver.start();
report({ kind: 'listens', url: receiver.url });
const [{ packages, server, token }] = (await once(process, 'message')) as [Start];

// Read by the SDK while it is loaded.
process.env['HYDRA_SERVICE_URL'] = `${server}/v1`;
process.env['U2C_SERVICE_URL'] = `${server}/u2c/api/v1`;
const { WebexAdapter } = createRequire(packages)('botbuilder-adapter-webex') as {
  WebexAdapter: new (options: { access_token: string; secret: string; public_address: string }) => Adapter;
};

const adapter = new WebexAdapter({
  access_token: token,
  secret: 'sécret – ✓',
  public_address: 'https://bot.example/',
});
receiver.answer = expressRoute((request, response) => {
  void adapter.processActivity(request, response, async (context) => {
    const { activity } = context;
    if (activity.type !== 'message') return;
    report({ kind: 'told', text: activity.text });
    await context.sendActivity(`You said: ${activity.text}`);
  });
});
await adapter.getIdentity();
adapter.registerWebhookSubscription('/hook');
report({ kind: 'ready' });

function report(what: Report): void {
  process.send?.(what);
}
