import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publicId } from '../core/ids.ts';
import { newToken, tokenHash } from './token.ts';

/** What senders ask of a token before they take it. */
const accepted = /^[a-z0-9]{80}$/i;

test('a token is 80 letters and digits, and another one each time', () => {
  const tokens = Array.from({ length: 1_000 }, () => newToken().token);
  for (const token of tokens) expect(token).toMatch(accepted);
  expect(new Set(tokens).size).toBe(tokens.length);
});

test('whatever UUID there is in it', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(publicId('WEBHOOK', uuid)).toMatch(accepted);
    }),
  );
});

test('the secret is drawn, not counted: no two tokens share the part that tells them apart', () => {
  const secret = (token: string) => Buffer.from(token, 'base64url').toString().slice('ciscospark://us/WEBHOOK/'.length);
  const secrets = Array.from({ length: 100 }, () => secret(newToken().token));
  for (const uuid of secrets)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(secrets.map((uuid) => uuid.slice(0, 8))).size).toBe(secrets.length);
});

test.each([
  ['padded', (token: string) => `${token}==`],
  ['as the UUID inside it', (token: string) => Buffer.from(token, 'base64url').toString().slice(-36)],
  ['as the same in capitals', (token: string) => Buffer.from(token, 'base64url').toString().slice(-36).toUpperCase()],
])('a token is found however it is written: %s', (_, write) => {
  const { token, hash } = newToken();
  expect(tokenHash(token)).toEqual(hash);
  expect(tokenHash(write(token))).toEqual(hash);
});

test.each(['', 'x', publicId('ROOM', '96abc2aa-3dcc-11e5-a152-fe34819cdc9a'), '%', 'a b'])('%j is none', (text) => {
  expect(tokenHash(text)).toBeUndefined();
});
