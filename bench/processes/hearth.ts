import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createApp, type AppOptions } from '../../src/app.ts';
import { settledOptions } from '../../src/cli/app-options.ts';
import { readServeConfig } from '../../src/config/index.ts';
import { deliveryId } from '../../src/delivery/delivery.ts';
import { createOrganization, createPerson, createToken } from '../../src/people/index.ts';
import { answer, cpuSeconds } from '../child.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder?');

/** As `hearth serve` runs when nothing is set, but that it may call receivers on this machine, disables none, and limits nobody. */
const flags = {
  host: '127.0.0.1',
  port: '0',
  'webhook-allow': '127.0.0.1',
  'webhook-disable-after': '0',
  'rate-limit': 'off',
};
const options: AppOptions = {
  ...settledOptions(readServeConfig({ flags, env: {} }), {
    alsoAllow: [],
    rewrite: [],
    verifyTls: true,
    signIn: 'token',
  }),
  store: { file: path.join(folder, 'hearth.db'), filesFolder: path.join(folder, 'files'), durability: 'full' },
  // The same at each start: a store may be measured in several.
  masterKeys: [createHash('sha256').update('benchmark').digest()],
  logger: pino({ level: 'warn' }),
};
let app = await createApp(options);

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

  /** Statements that the store has been given since the start. */
  statements: (): number => app.db.stats.statements,

  /** Every delivery that waits for another attempt: its id and when it is due. */
  async retries(): Promise<[string, number][]> {
    const rows = await app.db.reader.query
      .selectFrom('deliveries')
      .innerJoin('events', 'events.id', 'deliveries.eventId')
      .select(['events.uuid', 'webhookId', 'dueAt'])
      .where('state', '=', 'waiting')
      .where('attempts', '>', 0)
      .execute();
    return rows.map(({ uuid, webhookId, dueAt }) => [deliveryId(uuid, webhookId), dueAt ?? 0]);
  },

  /**
   * Starts anew with so many deliveries more that wait for the one webhook, as an outage of its receiver would have left
   * them: the newest event over and over.
   */
  async startWithBacklog(count: number): Promise<void> {
    await app.close();
    app = await createApp(options);
    await app.db.write(async ({ query }) => {
      await sql`insert into events (uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
        with recursive numbers as (select 1 as n union all select n + 1 from numbers where n < ${count})
        select substr(uuid, 1, 24) || lower(hex(randomblob(6))),
          resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt"
        from numbers, (select * from events order by id desc limit 1)`.execute(query);
      await sql`insert into deliveries ("eventId", "webhookId", state, reason, attempts, "dueAt", revision, change, "createdAt")
        select event.id, webhooks.id, 'waiting', 'The receiver answered 503.', 1, event."createdAt", 1, event.id, event."createdAt"
        from (select * from events order by id desc limit ${count}) as event, webhooks`.execute(query);
      await sql`update "logPositions" set position = (select max(id) from events)`.execute(query);
    });
    await app.close();
    app = await createApp(options);
    await app.listen();
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
