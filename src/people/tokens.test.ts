import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appKeys, defaultScopes, newToken, TOKEN_BYTES } from './tokens.ts';

const org = '96abc2aa-3dcc-11e5-a152-fe34819cdc9a';

describe('newToken', () => {
  test('has three parts whatever the random bytes, the last one the organization (AUTH-4)', () => {
    const bytes = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES });
    fc.assert(
      fc.property(bytes, (random) => {
        const parts = newToken(org, random).split('_');
        expect(parts).toEqual([expect.stringMatching(/^hearth[A-Za-z0-9-]{44}$/), 'HRTH', org]);
      }),
    );
  });

  test('is another one each time', () => {
    expect(newToken(org)).not.toBe(newToken(org));
  });
});

describe('appKeys', () => {
  test('look like the ones of Webex and tell bots from people', () => {
    expect(appKeys.bot).toMatch(/^C[0-9a-f]{64}$/);
    expect(appKeys.person).toMatch(/^C[0-9a-f]{64}$/);
    expect(appKeys.bot).not.toBe(appKeys.person);
  });
});

describe('defaultScopes', () => {
  test.each([
    ['person', '', ['spark:all', 'spark:kms'], ['spark-admin:people_read', 'spark-compliance:events_read']],
    [
      'person',
      'admin',
      ['spark:all', 'spark-admin:people_read', 'spark-admin:people_write'],
      ['spark-compliance:events_read'],
    ],
    ['person', 'compliance', ['spark:all', 'spark-compliance:events_read'], ['spark-admin:people_read']],
    ['person', 'admin compliance', ['spark-admin:people_read', 'spark-compliance:messages_read'], []],
    [
      'bot',
      '',
      ['spark:people_read', 'spark:messages_read', 'spark:messages_write'],
      ['spark:all', 'spark:people_write'],
    ],
    ['bot', 'admin', ['spark:rooms_write'], ['spark-admin:people_read']],
  ] as const)('of a %s with roles "%s"', (type, roles, included, excluded) => {
    const scopes = defaultScopes({ type, roles });
    expect(scopes).toEqual(expect.arrayContaining([...included]));
    for (const scope of excluded) expect(scopes).not.toContain(scope);
  });
});
