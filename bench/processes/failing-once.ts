import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, cpuSeconds } from '../child.ts';

/** Refuses each delivery once, with a time to come back spread over a minute; takes it then, and notes when it came. */
const came = new Map<string, number>();
let refused = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.headers['x-hearth-attempt'] === '1') {
      refused += 1;
      response.writeHead(503, { 'retry-after': String(10 + (refused % 60)) }).end();
    } else {
      came.set(String(request.headers['x-hearth-delivery-id']), Date.now());
      response.end();
    }
  });
});

const commands = {
  cpuSeconds,

  async listen(): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  },

  /** When the second attempt of each delivery came (ms since 1970). */
  came: (): Map<string, number> => came,
  count: (): number => came.size,
};
export type FailingOnce = typeof commands;

answer(commands);
