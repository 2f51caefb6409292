import { answer, cpuSeconds } from '../child.ts';
import { now } from '../clock.ts';
import { Connection, postRequest } from '../connection.ts';

/** A request that is sent again and again. */
export interface Target {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Posted {
  answered: number;
  /** Answered with anything but 200. */
  failed: number;
  /** When the first one was sent. */
  startedAt: number;
  /** From then to the last answer. */
  ms: number;
}

export interface Sent {
  /** The id in the answer. */
  id: string;
  /** When it was sent, or would have been had a client been free. */
  at: number;
}

/** How many messages the receiver may be behind when it gets `fanOut` notices of each. */
interface Ahead {
  most: number;
  fanOut: number;
}

/** Notices that the receiver has got, as the parent tells from time to time. */
let received = 0;
let waiting: (() => void)[] = [];

async function withConnections<T>(count: number, url: URL, use: (connections: Connection[]) => Promise<T>): Promise<T> {
  const opening = Array.from({ length: count }, () => Connection.open(url.hostname, Number(url.port)));
  const connections = await Promise.all(opening);
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

const commands = {
  cpuSeconds,

  received(count: number): void {
    received = count;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  },

  /**
   * Each client sends its next request as soon as the last one is answered, for `seconds`. With `ahead` it waits first
   * until the receiver is near enough.
   */
  async saturate(
    target: Target,
    { clients, seconds, ahead }: { clients: number; seconds: number; ahead: Ahead | undefined },
  ): Promise<Posted> {
    received = 0;
    const url = new URL(target.url);
    const request = postRequest(url, target.headers, target.body);
    return withConnections(clients, url, async (connections) => {
      const startedAt = now();
      const posted: Posted = { answered: 0, failed: 0, startedAt, ms: 0 };
      let sent = 0;
      const client = async (connection: Connection): Promise<void> => {
        while (now() < startedAt + seconds * 1e3) {
          if (ahead && sent - received / ahead.fanOut >= ahead.most) {
            await new Promise<void>((resolve) => waiting.push(resolve));
            continue;
          }
          sent += 1;
          const { status } = await connection.post(request);
          if (status === 200) posted.answered += 1;
          else posted.failed += 1;
          posted.ms = now() - startedAt;
        }
      };
      await Promise.all(connections.map(client));
      return posted;
    });
  },

  /** Sends at a steady rate whatever the answers do, over at most `clients` connections. */
  async pace(
    target: Target,
    { clients, seconds, perSecond }: { clients: number; seconds: number; perSecond: number },
  ): Promise<{ sent: Sent[]; failed: number }> {
    const url = new URL(target.url);
    const request = postRequest(url, target.headers, target.body);
    return withConnections(clients, url, async (free) => {
      const sent: Sent[] = [];
      let failed = 0;
      const inLine: ((connection: Connection) => void)[] = [];
      const send = async (at: number): Promise<void> => {
        const connection = free.pop() ?? (await new Promise<Connection>((resolve) => inLine.push(resolve)));
        const { status, body } = await connection.post(request);
        if (status === 200) sent.push({ id: (JSON.parse(body) as { id: string }).id, at });
        else failed += 1;
        const next = inLine.shift();
        if (next) next(connection);
        else free.push(connection);
      };
      const underWay: Promise<void>[] = [];
      const startedAt = now();
      while (underWay.length < seconds * perSecond) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const due = Math.min(seconds, (now() - startedAt) / 1e3) * perSecond;
        while (underWay.length < due) underWay.push(send(now()));
      }
      await Promise.all(underWay);
      return { sent, failed };
    });
  },
};
export type Load = typeof commands;

answer(commands);
