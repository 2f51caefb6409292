import { expect, test } from 'vitest';
import { loggedPath } from './logged-path.ts';

test.each([
  ['/v1/webhooks/incoming/Y2lz', '/v1/webhooks/incoming/…'],
  ['/v1//webhooks/incoming//Y2lz/?a=b', '/v1//webhooks/incoming//…/?a=b'],
  ['/v1/webhooks/incoming', '/v1/webhooks/incoming'],
  ['/hearth/v1/incoming-webhooks/01a2', '/hearth/v1/incoming-webhooks/01a2'],
  ['/v1/rooms?max=1', '/v1/rooms?max=1'],
])('%s is logged as %s', (url, logged) => {
  expect(loggedPath(url)).toBe(logged);
});
