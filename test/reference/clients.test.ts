import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientsPage, withResults } from '../../scripts/clients-page.ts';

test('the page of clients has the results on record; `node scripts/clients-page.ts` brings it up to date', () => {
  const page = readFileSync(clientsPage, 'utf8');
  expect(page).toContain('| webex-node-bot-framework | 2.3.14 |');
  expect(page).toBe(withResults(page));
});
