import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The origin of a server with a small picture at every path, for Hearth to fetch. */
export async function fileHost(): Promise<string> {
  const host = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('not much'));
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  onTestFinished(() => {
    host.closeAllConnections();
    host.close();
  });
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}
