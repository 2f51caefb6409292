import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recorded } from '../delivery/support.ts';
import { startServer } from '../support/server.ts';

/** What sockets of this process set out for. */
const destinations: string[] = [];

function watch(message: unknown): void {
  const { socket } = message as { socket: Socket };
  socket.on('connectionAttempt', (address: string, port: number) => destinations.push(`${address}:${port}`));
}

beforeEach(() => subscribe('net.client.socket', watch));
afterEach(() => {
  unsubscribe('net.client.socket', watch);
  destinations.length = 0;
});

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) leads to no request, to a metadata address or elsewhere',
  async (status) => {
    const server = await startServer();
    const receiver = await server.receiver();
    const other = await server.receiver();
    const room = await server.room('Demo', 'alice', 'bob');
    await server.webhook('alice', receiver, {});
    let destination = 'http://169.254.169.254/latest/meta-data/';
    receiver.answer = (response) => void response.writeHead(status, { location: destination }).end();

    await server.as('bob').say(room, 'hello');
    await receiver.next();
    await recorded(server, { state: 'waiting', lastStatus: status });
    destination = other.url;
    server.clock.advance(5_000);
    await receiver.next();
    await recorded(server, { state: 'waiting', lastStatus: status, attempts: 2 });

    expect(other.received).toEqual([]);
    const known = [server.url, receiver.url].map((url) => `127.0.0.1:${new URL(url).port}`);
    expect(destinations.filter((one) => !known.includes(one))).toEqual([]);
    expect(destinations).toContain(known[1]);
  },
);
