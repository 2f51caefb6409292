import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorsPage, writeErrors } from '../../scripts/errors-page.ts';

test('the page of errors says what the program answers; `node scripts/errors-page.ts` brings it up to date', () => {
  expect(readFileSync(errorsPage, 'utf8')).toBe(writeErrors());
});
