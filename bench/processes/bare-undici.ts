import { Pool } from 'undici';
import { answer, cpuSeconds } from '../child.ts';
import { now } from '../clock.ts';
import type { Notice } from '../notice.ts';

const commands = {
  cpuSeconds,

  /** Posts the same notice again and again, `connections` requests at a time. */
  async loop(
    notice: Notice,
    { connections, seconds }: { connections: number; seconds: number },
  ): Promise<{ delivered: number; ms: number }> {
    const { origin, pathname } = new URL(notice.url);
    const pool = new Pool(origin, { connections });
    const body = Buffer.from(notice.body);
    const startedAt = now();
    const deadline = startedAt + seconds * 1e3;
    let delivered = 0;
    const one = async (): Promise<void> => {
      while (now() < deadline) {
        const response = await pool.request({ method: 'POST', path: pathname, headers: notice.headers, body });
        await response.body.dump();
        delivered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    const ms = now() - startedAt;
    await pool.destroy();
    return { delivered, ms };
  },
};
export type BareUndici = typeof commands;

answer(commands);
