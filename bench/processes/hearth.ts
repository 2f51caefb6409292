import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import { settledOptions } from '../../src/cli/app-options.ts';
import { readServeConfig } from '../../src/config/index.ts';
import { createOrganization, createPerson, createToken } from '../../src/people/index.ts';
import { answer, cpuSeconds } from '../child.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder?');

/** The server as `hearth serve` runs it when nothing is set, but that it may call receivers on this machine. */
const flags = { host: '127.0.0.1', port: '0', 'webhook-allow': '127.0.0.1' };
const app = await createApp({
  ...settledOptions(readServeConfig({ flags, env: {} }), { alsoAllow: [], rewrite: [], verifyTls: true }),
  store: { file: path.join(folder, 'hearth.db'), durability: 'full' },
  // The same at each start: a store may be measured in several.
  masterKeys: [createHash('sha256').update('benchmark').digest()],
  logger: pino({ level: 'warn' }),
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const profiler = new Session();

export interface Memory {
  rss: number;
  anonymous: number;
}

const commands = {
  cpuSeconds,

  /** A person of each name, with a token: the token of each. */
  async people(...names: string[]): Promise<string[]> {
    const now = app.clock.now();
    return app.db.write(async (tx) => {
      const orgId = await createOrganization(tx, { displayName: 'Acme', now });
      const tokens: string[] = [];
      for (const name of names) {
        const person = { orgId, type: 'person', email: `${name}@acme.example`, displayName: name, now } as const;
        const personId = await createPerson(tx, person);
        tokens.push(await createToken(tx, { personId, now }));
      }
      return tokens;
    });
  },

  listen: async (): Promise<string> => (await app.listen()).url,

  /** Resolves when every event is acknowledged. */
  async settled(): Promise<void> {
    const { query } = app.db.reader;
    for (;;) {
      const newest = await query.selectFrom('events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
      const saved = await query
        .selectFrom('logPositions')
        .select('position')
        .where('consumer', '=', 'delivery')
        .executeTakeFirst();
      if ((saved?.position ?? 0) >= (newest?.id ?? 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  },

  /** What the process holds, in MiB. `anonymous`: without the files it has mapped, where the system tells (Linux). */
  async memory(): Promise<Memory> {
    const { rss } = process.memoryUsage();
    const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
    const anonymous = Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
    return { rss: rss / 2 ** 20, anonymous };
  },

  /** What is alive of the heap, in MiB. */
  heap(): number {
    collectGarbage();
    return process.memoryUsage().heapUsed / 2 ** 20;
  },

  async startProfile(): Promise<void> {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.start');
  },

  /** Writes a profile that the developer tools of a browser open. */
  async stopProfile(file: string): Promise<void> {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    await writeFile(file, JSON.stringify(profile));
  },

  close: () => app.close(),
};
export type Hearth = typeof commands;

answer(commands);
