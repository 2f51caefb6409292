import path from 'node:path';
import { pino } from 'pino';
import type { App, AppOptions } from '../../src/app.ts';
import { settledOptions } from '../../src/cli/app-options.ts';
import { readServeConfig } from '../../src/config/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { newMasterKey } from '../../src/core/vault.ts';
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

/** The defaults of `hearth serve`, but for what tests cannot do with: limits in their way, old things deleted when they leap in time. */
const flags = {
  host: '127.0.0.1',
  port: '0',
  'webhook-slots': '256',
  'webhook-slots-each': '16',
  'sender-threads': '0',
  'webhook-first-message-delay': '0s',
  'retention-events': 'forever',
  'retention-attempts': 'forever',
  'rate-limit': 'off',
  'incoming-rate-limit': 'off',
};
const mode = {
  alsoAllow: ['127.0.0.0/8', '::1', 'localhost'],
  rewrite: [],
  verifyTls: true,
  signIn: 'token',
} as const;

/** What a server on this folder is made from: loopback receivers allowed, silent, no wait for the disk. */
export function testOptions(folder: string): AppOptions {
  return {
    ...settledOptions(readServeConfig({ flags, env: {} }), mode),
    // A kill loses nothing without the wait for the disk; what a power loss does is not for these tests.
    store: { file: path.join(folder, 'hearth.db'), filesFolder: path.join(folder, 'files'), durability: 'off' },
    masterKeys: [newMasterKey()],
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
