import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, cpuSeconds, tell } from '../child.ts';
import { now } from '../clock.ts';

export interface Receipt {
  /** `data.id` of the notice. */
  id: string;
  at: number;
}

/** A notice as it came. */
export interface Sample {
  headers: IncomingHttpHeaders;
  body: string;
}

const server = createServer((request, response) => {
  if (!recording) {
    request.resume();
  } else {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      receipts.push({ id: (JSON.parse(body) as { data: { id: string } }).data.id, at: now() });
      sample = { headers: request.headers, body };
    });
  }
  request.on('end', () => {
    response.end();
    count += 1;
    lastAt = now();
    if (count === awaited) reached();
  });
});

let count = 0;
let lastAt = 0;
let awaited = -1;
let reached: () => void = () => {};
let recording = false;
let receipts: Receipt[] = [];
let sample: Sample | undefined;
let telling: NodeJS.Timeout | undefined;

const commands = {
  cpuSeconds,

  async listen(): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  },

  /** Counts from nought. `record`: keeps the id and time of each notice; `report`: tells the count every few ms. */
  begin({ record = false, report = false }: { record?: boolean; report?: boolean }): void {
    count = 0;
    awaited = -1;
    recording = record;
    receipts = [];
    clearInterval(telling);
    if (report) telling = setInterval(() => tell(count), 5);
  },

  /** Waits until `expected` notices have come since `begin`. */
  async counted(expected: number, patienceMs: number): Promise<{ count: number; lastAt: number }> {
    if (count < expected) {
      const gaveUp = new Promise<void>((resolve) => setTimeout(resolve, patienceMs));
      awaited = expected;
      await Promise.race([new Promise<void>((resolve) => (reached = resolve)), gaveUp]);
    }
    clearInterval(telling);
    return { count, lastAt };
  },

  count: (): number => count,
  receipts: (): Receipt[] => receipts,
  sample: (): Sample | undefined => sample,
};
export type Receiver = typeof commands;

answer(commands);
