import { sql, type Kysely } from 'kysely';
import { expect, test } from 'vitest';
import type { Reader, Schema, Writer } from '../../src/db/index.ts';
import { compileStatement } from '../../src/db/database.ts';
import { findDeviceCode, findUserCode } from '../../src/oauth/device/store.ts';
import {
  deleteGrant,
  dropOldestAccessTokens,
  findAccessToken,
  findCode,
  grantByRefreshToken,
  insertGrant,
} from '../../src/oauth/exchange/store.ts';
import { countGuestIssuers, findGuestIssuer, guestIssuersOf } from '../../src/oauth/guests/store.ts';
import { countIntegrations, findIntegration, integrationsOf } from '../../src/oauth/integrations/store.ts';
import { expirySweeps } from '../../src/oauth/sweeps.ts';
import { authorizationsOf, countTokens, deleteAuthorization, tokensOf } from '../../src/oauth/tokens/store.ts';
import { TestClock } from '../support/clock.ts';
import { startServer } from '../support/server.ts';

const hash = new Uint8Array(32);
const slice = { before: 9, limit: 1 };
const grant = {
  uuid: 'x',
  integrationId: 1,
  personId: 1,
  scopes: '',
  refreshHash: hash,
  refreshExpiresAt: 0,
  createdAt: 0,
};

const asked: Record<string, (tx: Writer) => Promise<unknown>> = {
  findIntegration: (tx) => findIntegration(tx, 'C'),
  integrationsOf: (tx) => integrationsOf(tx, 1, { after: 0, limit: 1 }),
  countIntegrations: (tx) => countIntegrations(tx, 1),
  findCode: (tx) => findCode(tx, hash),
  grantByRefreshToken: (tx) => grantByRefreshToken(tx, hash),
  findAccessToken: (tx) => findAccessToken(tx, hash),
  insertGrant: (tx) => insertGrant(tx, grant),
  dropOldestAccessTokens: (tx) => dropOldestAccessTokens(tx, 1),
  deleteGrant: (tx) => deleteGrant(tx, 1),
  findDeviceCode: (tx) => findDeviceCode(tx, hash),
  findUserCode: (tx) => findUserCode(tx, hash, 0),
  findGuestIssuer: (tx) => findGuestIssuer(tx, 'x'),
  guestIssuersOf: (tx) => guestIssuersOf(tx, 1, { after: 0, limit: 1 }),
  countGuestIssuers: (tx) => countGuestIssuers(tx, 1),
  tokensOf: (tx) => tokensOf(tx, 1, slice),
  countTokens: (tx) => countTokens(tx, 1),
  authorizationsOf: (tx) => authorizationsOf(tx, 1, slice),
  deleteAuthorization: (tx) => deleteAuthorization(tx, 1, 'x'),
  ...Object.fromEntries(
    expirySweeps(new TestClock()).map((sweep) => [`sweep of ${sweep.of}`, (tx: Writer) => sweep.step(tx, 1)]),
  ),
};

test.each(Object.entries(asked))('%s reads no table from end to end, and sorts nothing', async (_, ask) => {
  const { reader } = (await startServer()).app.db;
  const texts = await textsOf(reader, ask);
  expect(texts).not.toEqual([]);
  for (const text of texts) {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(text)}`.execute(reader.query);
    const details = rows.map(({ detail }) => detail);
    expect(
      details.filter((detail) => /^SCAN (?!.*USING)|TEMP B-TREE/.test(detail)),
      text,
    ).toEqual([]);
  }
});

/** The text of each statement; none is run. */
async function textsOf({ query }: Reader, ask: (tx: Writer) => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const spy: Kysely<Schema> = query.withPlugin({
    transformQuery: ({ node, queryId }) => {
      texts.push(query.getExecutor().compileQuery(node, queryId).sql);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const note = (statement: Parameters<Writer['first']>[0]) => texts.push(compileStatement(query, statement).sql);
  await ask({
    query: spy,
    writes: true,
    run: async () => {},
    afterCommit() {},
    all: (statement) => Promise.resolve((note(statement as never), [])),
    first: (statement) => Promise.resolve((note(statement as never), undefined)),
  }).catch(() => {
    // Rows that are not there.
  });
  return texts;
}
