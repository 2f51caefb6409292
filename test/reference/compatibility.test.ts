import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compatibilityPage, writeCompatibility } from '../../scripts/compatibility-page.ts';
import { compatibility } from '../../scripts/compatibility-table.ts';
import { descriptionFile, operationName, operationsOf, readDescription } from '../official/description.ts';
import { startServer } from '../support/server.ts';

test('the page of compatibility is the table; `node scripts/compatibility-page.ts` brings it up to date', () => {
  expect(readFileSync(compatibilityPage, 'utf8')).toBe(writeCompatibility());
});

const listed = Object.values(compatibility).flatMap((operations) => Object.entries(operations));
const names = listed.map(([name]) => name);

test('no operation is listed twice', () => {
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

/** `/openapi.json` has neither the page for browsers nor what goes without saying beside a GET. */
const undescribed = ['GET /authorize', 'HEAD /contents/{id}'];

test('what the table calls there is what the server has', async () => {
  const server = await startServer();
  const answer = await fetch(new URL('/openapi.json', server.url));
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  const served = Object.entries(paths).flatMap(([route, methods]) =>
    route.startsWith('/v1/')
      ? Object.keys(methods).map((method) => operationName(method, route.slice('/v1'.length)))
      : [],
  );
  const there = listed.filter(([, standing]) => standing === 'as described' || 'differs' in standing);
  const described = there.map(([name]) => name).filter((name) => !undescribed.includes(name));
  expect(described.toSorted()).toEqual(served.toSorted());

  for (const name of undescribed) {
    const [method = '', route = ''] = name.split(' ');
    const answer = await fetch(`${server.url}/v1${route}`, { method });
    // 405: the path is there for other methods alone.
    expect([404, 405]).not.toContain(answer.status);
  }
});

const file = descriptionFile();

test.skipIf(file === undefined)('no operation of the official description is forgotten', () => {
  const official = operationsOf(readDescription(file ?? '')).map(({ name }) => name);
  expect(official.filter((name) => !names.includes(name))).toEqual([]);
});
