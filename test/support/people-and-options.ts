import path from 'node:path';
import { pino } from 'pino';
import type { App, AppOptions } from '../../src/app.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { newMasterKey } from '../../src/core/vault.ts';
import { parseSchedule } from '../../src/delivery/schedule.ts';
import { hashToken } from '../../src/http/index.ts';

/** Who is there in every test. `eve` belongs to another organization. */
export const people = {
  alice: { email: 'alice@acme.example', displayName: 'Alice Adams', type: 'person', org: 'acme', roles: 'admin' },
  bob: { email: 'bob@acme.example', displayName: 'Bob Brown', type: 'person', org: 'acme', roles: '' },
  carol: {
    email: 'carol+test@acme.example',
    displayName: 'Carol Clark',
    type: 'person',
    org: 'acme',
    roles: 'compliance',
  },
  dave: { email: 'dave@acme.example', displayName: 'Dave Dunn', type: 'person', org: 'acme', roles: '' },
  eve: { email: 'eve@elsewhere.example', displayName: 'Eve Ellis', type: 'person', org: 'elsewhere', roles: 'admin' },
  robot: { email: 'robot@webex.bot', displayName: 'Robot', type: 'bot', org: 'acme', roles: '' },
  helper: { email: 'helper@webex.bot', displayName: 'Helper', type: 'bot', org: 'acme', roles: '' },
} as const;
export type Name = keyof typeof people;

export function personUuid(name: Name): string {
  return derivedUuid('test person', name);
}
export function personId(name: Name): string {
  return publicId('PEOPLE', personUuid(name));
}
export function tokenOf(name: Name): string {
  return `token-of-${name}`;
}

const personScopes =
  'spark:all spark:kms spark-admin:people_read spark-admin:people_write spark-compliance:messages_read spark-compliance:memberships_read spark-compliance:rooms_read spark-compliance:rooms_write spark-compliance:events_read';

/** What a server on this folder is made from: loopback receivers allowed, silent, no wait for the disk. */
export function testOptions(folder: string): AppOptions {
  return {
    http: { host: '127.0.0.1', port: 0, trustProxy: false, bodyLimit: 1_048_576 },
    // A kill loses nothing without the wait for the disk; what a power loss does is not for these tests.
    publicUrl: undefined,
    files: { limit: 104_857_600, fetchTimeoutMs: 60_000 },
    store: { file: path.join(folder, 'hearth.db'), filesFolder: path.join(folder, 'files'), durability: 'off' },
    masterKeys: [newMasterKey()],
    delivery: {
      schedule: parseSchedule('default'),
      timeoutMs: 10_000,
      connectTimeoutMs: 3_000,
      allow: ['127.0.0.0/8', '::1', 'localhost'],
      rewrite: [],
      ca: undefined,
      verifyTls: true,
      senderThreads: 0,
      limits: { slots: 256, perWebhook: 16, queueLength: 1_000, suspectShare: 0.25 },
      firstMessageDelayMs: 0,
      disabling: { failures: 100, windowMs: 300_000 },
    },
    // Tests make leaps in time.
    retention: { eventsMs: Infinity, attemptsMs: Infinity },
    bots: { allReachesBots: true },
    cards: { bytes: 22_528, actions: 5, authorMaySubmit: true },
    webhooks: { allowMessagesUpdated: false, mostPerPerson: 30_000 },
    streams: { total: 1_000, perPerson: 20 },
    rateLimits: { perPerson: undefined, perIncomingWebhook: undefined },
    faults: undefined,
    oauth: {
      lifetimes: {
        accessTokenMs: 1_209_600_000,
        refreshTokenMs: 7_776_000_000,
        authorizationCodeMs: 600_000,
        deviceCodeMs: 300_000,
        guestTokenMs: 21_600_000,
      },
      integrationsPerPerson: 20,
      signIn: 'token',
    },
    devices: { perPerson: 20, lifetimeMs: 604_800_000 },
    metrics: undefined,
    traces: undefined,
    logger: pino({ level: 'silent' }),
  };
}

export async function addPeople(app: App): Promise<void> {
  const createdAt = app.clock.now();
  await app.db.write(async ({ query }) => {
    const orgIds = new Map<string, number>();
    for (const org of ['acme', 'elsewhere']) {
      const uuid = derivedUuid('test organization', org);
      const row = { uuid, displayName: org, createdAt };
      const { id } = await query.insertInto('organizations').values(row).returning('id').executeTakeFirstOrThrow();
      orgIds.set(org, id);
    }
    for (const [name, { org, ...person }] of Object.entries(people) as [Name, (typeof people)[Name]][]) {
      const { id } = await query
        .insertInto('people')
        .values({ ...person, uuid: personUuid(name), orgId: orgIds.get(org) ?? 0, createdAt, modifiedAt: createdAt })
        .returning('id')
        .executeTakeFirstOrThrow();
      const token = { hash: hashToken(tokenOf(name)), personId: id, appKey: `C${'0'.repeat(64)}`, createdAt };
      await query
        .insertInto('tokens')
        .values({ ...token, scopes: personScopes })
        .execute();
    }
  });
}
