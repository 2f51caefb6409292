import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsPage, writeSettings } from '../../scripts/settings-page.ts';

test('the page of settings says what the program reads; `node scripts/settings-page.ts` brings it up to date', () => {
  expect(readFileSync(settingsPage, 'utf8')).toBe(writeSettings());
});
