import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorsPage, writeErrors } from '../../scripts/errors-page.ts';
import { errors } from '../../src/core/errors.ts';

test('the page of errors says what the program answers; `node scripts/errors-page.ts` brings it up to date', () => {
  expect(readFileSync(errorsPage, 'utf8')).toBe(writeErrors());
});

test('the program knows no refusal that it never makes', () => {
  const program = globSync('src/**/*.ts', { cwd: new URL('../../', import.meta.url) })
    .filter((file) => !file.endsWith('.test.ts') && file !== 'src/core/errors.ts')
    .map((file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))
    .join('\n');
  expect(Object.keys(errors).filter((code) => !program.includes(`'${code}'`))).toEqual([]);
});
