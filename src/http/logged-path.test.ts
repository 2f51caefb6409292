import { expect, test } from 'vitest';
import { loggedPath } from './logged-path.ts';

test.each([
  ['/v1/webhooks/incoming/Y2lz', '/v1/webhooks/incoming/…'],
  ['/v1//webhooks/incoming//Y2lz/?a=b', '/v1//webhooks/incoming//…/?a=b'],
  ['/v1/webhooks/incoming', '/v1/webhooks/incoming'],
  ['/hearth/v1/incoming-webhooks/01a2', '/hearth/v1/incoming-webhooks/01a2'],
  ['/v1/rooms?max=1', '/v1/rooms?max=1'],
  ['/v1/device/verify?user_code=ABCD-EFGH', '/v1/device/verify?user_code=…'],
  ['/v1/device/verify?a=b&userCode=ABCDEFGH', '/v1/device/verify?a=b&userCode=…'],
  ['/v1/authorize?client_id=C0&state=s3cret&code_challenge=x', '/v1/authorize?client_id=C0&state=…&code_challenge=…'],
  ['/?code=1&access_token=2&token=3&client_secret=4', '/?code=…&access_token=…&token=…&client_secret=…'],
  ['/v1/device/verify?user%5fcode=ABCD&STATE=1', '/v1/device/verify?user%5fcode=…&STATE=…'],
])('%s is logged as %s', (url, logged) => {
  expect(loggedPath(url)).toBe(logged);
});
