import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import Framework from 'webex-node-bot-framework';
import webhook from 'webex-node-bot-framework/webhook.js';
import { expressRoute } from '../express-route.ts';

/**
 * In place of the framework in its own tests, which leave out `webhookUrl` and so ask for the SDK's socket: the same
 * framework with a webhook.
 */
class WebhookFramework extends Framework {
  constructor(options: ConstructorParameters<typeof Framework>[0]) {
    const server = createServer();
    // Without a host the port is there at once.
    const { port } = server.listen(0).address() as AddressInfo;
    super({ ...options, webhookUrl: `http://127.0.0.1:${port}/`, webhookSecret: 'secret' });
    const handle = expressRoute(webhook(this));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void text(request).then((body) => handle(response, { headers: request.headers, body }));
    });
  }

  /** It does not wait for its webhooks; its tests do not either, and would miss what happens before. */
  override myEmit(event: string, ...args: unknown[]): void {
    if (event !== 'initialized') super.myEmit(event, ...args);
    else void this.#registered().then(() => super.myEmit(event, ...args));
  }

  async #registered(): Promise<void> {
    while (this.cardsWebhook.id === undefined) await setTimeout(5);
  }
}

// What `require` gives.
export { WebhookFramework as 'module.exports' };
