import { Session } from 'node:inspector/promises';
import { writeFile } from 'node:fs/promises';
import { AddressGuard } from '../../src/delivery/guard/index.ts';
import { Sender, ThreadedSender, type Sending } from '../../src/delivery/sender/index.ts';
import { answer, cpuSeconds } from '../child.ts';
import { now } from '../clock.ts';
import type { Notice } from '../notice.ts';

const session = new Session();

const senders = new Map<number, Sending>();

/** Kept between the rounds, for a thread begins with code that nobody has compiled yet. */
function senderWith(threads: number, connectionsPerOrigin: number): Sending {
  const options = { userAgent: 'Hearth/bench', connectionsPerOrigin };
  const allow = ['127.0.0.0/8'];
  const onFault = (error: unknown): void => console.error(error);
  const sender =
    senders.get(threads) ??
    (threads === 0
      ? new Sender({ ...options, guard: new AddressGuard({ allow, own: () => ({ port: 4030, addresses: [] }) }) })
      : new ThreadedSender({ ...options, threads, allow, port: 4030, onFault }));
  senders.set(threads, sender);
  return sender;
}

const commands = {
  cpuSeconds,

  /** Sends the same notice again and again, `connections` requests at a time; from so many threads, or from this one. */
  async loop(
    notice: Notice,
    { connections, seconds, threads = 0 }: { connections: number; seconds: number; threads?: number },
  ): Promise<{ delivered: number; ms: number; cpu: { main: number; all: number } }> {
    const sender = senderWith(threads, connections);
    const { url } = notice;
    const given = Object.entries(notice.headers).filter(([name]) => !(name in sender.headers));
    const headers = Object.fromEntries(given);
    const before = { main: process.threadCpuUsage(), all: cpuSeconds() };
    const startedAt = now();
    const deadline = startedAt + seconds * 1e3;
    let delivered = 0;
    const one = async (): Promise<void> => {
      while (now() < deadline) {
        const outcome = await sender.send({ url, headers, body: notice.body });
        if (outcome.kind === 'error') throw new Error(outcome.message);
        delivered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    const ms = now() - startedAt;
    const { user, system } = process.threadCpuUsage(before.main);
    return { delivered, ms, cpu: { main: (user + system) / 1e6, all: cpuSeconds() - before.all } };
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
