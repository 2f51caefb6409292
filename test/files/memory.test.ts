import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Message, Room } from '../../src/contract/index.ts';
import { tokenOf } from '../support/people-and-options.ts';
import { Client } from '../support/server.ts';
import { bytesOf } from './support.ts';

const MIB = 1_048_576;
const SIZE = 100 * MIB;
const MOST_GROWTH = 64 * MIB;

/** Of a process, now and at its highest. Linux alone tells. */
async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

async function hashOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

test.skipIf(process.platform !== 'linux')(
  'a file of 100 MiB comes in, by form and by URL, and goes out, and never is in memory',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hearth-memory-'));
    const child = fork(new URL('../crash/server.ts', import.meta.url), [folder], { execArgv: [] });
    const content = bytesOf(SIZE);
    const origin = createServer((_, response) => void response.end(content)).listen(0, '127.0.0.1');
    try {
      const [port] = (await once(child, 'message')) as [number];
      const url = `http://127.0.0.1:${port}`;
      const authorization = `Bearer ${tokenOf('alice')}`;
      const alice = new Client(() => url, tokenOf('alice'));
      const { id: roomId } = await alice.ok<Room>('POST', '/v1/rooms', { title: 'Heavy' });

      const upload = async (bytes: Buffer<ArrayBuffer>): Promise<Message> => {
        const body = new FormData();
        body.append('roomId', roomId);
        body.append('files', new File([bytes], 'heavy.bin'));
        const response = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { authorization }, body });
        expect(response.status).toBe(200);
        return (await response.json()) as Message;
      };
      const download = async ({ files = [] }: Message): Promise<string> => {
        const response = await fetch(files[0] ?? '', { headers: { authorization } });
        return hashOf(response.body ?? new ReadableStream());
      };

      await download(await upload(content.subarray(0, MIB)));
      const before = (await memoryOf(child.pid ?? 0)).now;
      const growth: Record<string, number> = {};
      const measure = async (what: string) => {
        growth[what] = Math.round(((await memoryOf(child.pid ?? 0)).peak - before) / MIB);
      };

      const expected = createHash('sha256').update(content).digest('hex');
      const sent = await upload(content);
      await measure('up');
      expect(await download(sent)).toBe(expected);
      await measure('down');
      const files = [`http://127.0.0.1:${(origin.address() as AddressInfo).port}/heavy.bin`];
      const fetched = await alice.ok<Message>('POST', '/v1/messages', { roomId, files });
      await measure('by URL');
      expect(await download(fetched)).toBe(expected);
      console.info(`MiB more than before: ${JSON.stringify(growth)}`);
      expect(Math.max(...Object.values(growth))).toBeLessThan(MOST_GROWTH / MIB);
    } finally {
      origin.close();
      child.kill('SIGKILL');
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    }
  },
);
