import { Session } from 'node:inspector/promises';
import { writeFile } from 'node:fs/promises';
import { AddressGuard } from '../../src/delivery/guard/index.ts';
import { Sender } from '../../src/delivery/sender/index.ts';
import { answer, cpuSeconds } from '../child.ts';
import { now } from '../clock.ts';
import type { Notice } from '../notice.ts';

const guard = new AddressGuard({ allow: ['127.0.0.0/8'], own: () => ({ port: 4030, addresses: [] }) });
const session = new Session();

const commands = {
  cpuSeconds,

  /** Sends the same notice again and again, `connections` requests at a time. */
  async loop(
    notice: Notice,
    { connections, seconds }: { connections: number; seconds: number },
  ): Promise<{ delivered: number; ms: number }> {
    const sender = new Sender({ guard, userAgent: 'Hearth/bench', connectionsPerOrigin: connections });
    const { url } = notice;
    const given = Object.entries(notice.headers).filter(([name]) => !(name in sender.headers));
    const headers = Object.fromEntries(given);
    const body = Buffer.from(notice.body);
    const startedAt = now();
    const deadline = startedAt + seconds * 1e3;
    let delivered = 0;
    const one = async (): Promise<void> => {
      while (now() < deadline) {
        const outcome = await sender.send({ url, headers, body });
        if (outcome.kind === 'error') throw new Error(outcome.message);
        delivered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    const ms = now() - startedAt;
    await sender.destroy();
    return { delivered, ms };
  },

  async startProfile(): Promise<void> {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  },
  async stopProfile(file: string): Promise<void> {
    const { profile } = await session.post('Profiler.stop');
    await writeFile(file, JSON.stringify(profile));
  },
};
export type SenderProcess = typeof commands;

answer(commands);
