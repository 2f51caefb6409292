import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { answer, cpuSeconds } from '../child.ts';

/** Accepts every connection, and never says a word. */
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});

const commands = {
  cpuSeconds,

  async listen(): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  },
};
export type Hanging = typeof commands;

answer(commands);
