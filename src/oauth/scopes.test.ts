import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers } from '../core/caller.ts';
import { defaultScopes } from '../people/index.ts';
import { askedScopes, inWords, isScope, scopesMustExist, within } from './scopes.ts';

const some = ['spark:all', 'spark:rooms_read', 'spark:messages_read', 'spark:kms', 'spark-admin:people_read', 'openid'];
const scopes = fc.uniqueArray(fc.constantFrom(...some));

test('what people and bots have by themselves are scopes', () => {
  for (const type of ['person', 'bot', 'appuser'] as const) {
    expect(defaultScopes({ type, roles: 'admin compliance' }).filter((scope) => !isScope(scope))).toEqual([]);
  }
});

test('what every object has is no scope', () => {
  expect(() => scopesMustExist(['constructor'])).toThrow("There is no scope 'constructor' on this server.");
});

test('in words there is a line for whatever lets somebody do something', () => {
  expect(inWords(['spark:kms', 'spark:rooms_read', 'spark:all'])).toEqual([
    'do everything in messaging that you can do: read, write and delete in all of your rooms',
    'see which rooms you are in',
  ]);
});

describe('within', () => {
  test('never gives more than was asked for or is held', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, held) => {
        for (const scope of within(asked, new Set(held))) {
          if (['openid', 'spark:kms'].includes(scope)) continue;
          expect(covers(new Set(asked), scope) && covers(new Set(held), scope)).toBe(true);
        }
      }),
    );
  });

  test.each([
    [['spark:all'], ['spark:rooms_read', 'spark-admin:people_read'], ['spark:rooms_read']],
    [['spark:rooms_read', 'spark:messages_read'], ['spark:all'], ['spark:rooms_read', 'spark:messages_read']],
    [['spark:all', 'spark-admin:people_read'], ['spark:all'], ['spark:all']],
    [['openid', 'email', 'spark:rooms_read'], [], ['openid', 'email']],
  ])('%j of %j is %j', (asked, held, expected) => {
    expect(within(asked, new Set(held))).toEqual(expected);
  });
});

describe('askedScopes', () => {
  test.each([
    [undefined, ['spark:rooms_read'], ['spark:rooms_read']],
    [' ', ['spark:rooms_read'], ['spark:rooms_read']],
    ['spark:rooms_read  spark:rooms_read spark:kms', ['spark:rooms_read'], ['spark:rooms_read', 'spark:kms']],
    ['spark:messages_read', ['spark:all'], ['spark:messages_read']],
  ])('%j of an integration with %j', (text, registered, expected) => {
    expect(askedScopes(text, registered)).toEqual(expected);
  });

  test.each([
    ['spark:nothing', "There is no scope 'spark:nothing'."],
    ['spark:all', "The integration is not registered with the scope 'spark:all'."],
    ['openid', "The integration is not registered with the scope 'openid'."],
  ])('%j is refused', (text, message) => {
    expect(() => askedScopes(text, ['spark:rooms_read'])).toThrow(message);
  });
});
