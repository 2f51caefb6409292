import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, cpuSeconds } from '../child.ts';
import { now } from '../clock.ts';
import { percentile } from '../statistics.ts';

/** A receiver that works on so many requests at a time, each for so long; the others wait their turn. It can be down. */
const parallel = 16;
const workMs = 25;
let down = false;
let working = 0;
const line: Waiting[] = [];
let answerTimes: number[] = [];

interface Waiting {
  response: ServerResponse;
  cameAt: number;
}

const server = createServer((request, response) => {
  const cameAt = now();
  request.resume();
  request.on('end', () => {
    if (down) return void response.writeHead(503).end();
    line.push({ response, cameAt });
    work();
  });
});

function work(): void {
  while (working < parallel) {
    const next = line.shift();
    if (!next) return;
    working += 1;
    setTimeout(() => {
      next.response.end();
      answerTimes.push(now() - next.cameAt);
      working -= 1;
      work();
    }, workMs);
  }
}

const commands = {
  cpuSeconds,

  async listen(): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  },

  setDown(isDown: boolean): void {
    down = isDown;
  },

  count: (): number => answerTimes.length,

  /** Answers since the last time it was asked, and how long they took from request to answer (ms). */
  answered(): { count: number; p50: number; p99: number } {
    const times = answerTimes;
    answerTimes = [];
    return { count: times.length, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
  },
};
export type LimitedReceiver = typeof commands;

answer(commands);
