import { describe, expect, test } from 'vitest';
import { isRegistered, redirectUrisMustFit, withParameters } from './redirect-uris.ts';

describe('what can be registered', () => {
  test.each([
    'https://app.example/callback',
    'https://app.example/callback?tenant=1',
    'http://localhost:3000/',
    'http://[::1]/x',
    'com.example.app:/callback',
  ])('%s', (uri) => {
    expect(() => redirectUrisMustFit([uri])).not.toThrow();
  });

  test.each([
    '/callback',
    'https:app.example',
    'https://app.example/ x',
    ' https://app.example/',
    'https://app.example/#top',
    'https://me:secret@app.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'urn:ietf:wg:oauth:2.0:oob',
    'https://app.example/ü',
    '',
  ])('not %j', (uri) => {
    expect(() => redirectUrisMustFit(['https://app.example/', uri])).toThrow('redirectUris: ');
  });
});

describe('what is recognized', () => {
  test.each([
    ['https://app.example/cb', 'https://app.example/cb', true],
    ['https://app.example/cb/', 'https://app.example/cb', false],
    ['https://app.example/cb?x=1', 'https://app.example/cb', false],
    ['https://APP.example/cb', 'https://app.example/cb', false],
    ['https://app.example:444/cb', 'https://app.example/cb', false],
    ['http://app.example/cb', 'https://app.example/cb', false],
    ['http://127.0.0.1:51234/cb', 'http://127.0.0.1/cb', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/cb', true],
    ['http://[::1]:9/cb', 'http://[::1]:8/cb', true],
    ['http://localhost:51234/cb', 'http://localhost:3000/cb', true],
    ['http://localhost:51234/other', 'http://localhost:3000/cb', false],
    ['http://localhost:51234/cb', 'http://127.0.0.1/cb', false],
    ['https://localhost:51234/cb', 'http://localhost/cb', false],
    ['http://localhost:1@evil.example/cb', 'http://localhost/cb', false],
    ['http://localhost.evil.example/cb', 'http://localhost/cb', false],
    ['http://localhost:99999/cb', 'http://localhost/cb', false],
  ])('%s where %s is registered: %s', (uri, registered, expected) => {
    expect(isRegistered(uri, ['https://elsewhere.example/', registered])).toBe(expected);
  });
});

test.each([
  ['https://app.example/cb', 'https://app.example/cb?code=a%26b&state=x+y'],
  ['https://app.example/cb?tenant=1', 'https://app.example/cb?tenant=1&code=a%26b&state=x+y'],
  ['com.example.app:/cb', 'com.example.app:/cb?code=a%26b&state=x+y'],
])('parameters are added to %s', (uri, expected) => {
  expect(withParameters(uri, { code: 'a&b', state: 'x y', error: undefined })).toBe(expected);
});
