import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { scrape, type Scrape } from '../support/scrape.ts';
import { startServer } from '../support/server.ts';

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
const rules = readFileSync(new URL('../../docs/reference/alerts.yml', import.meta.url), 'utf8');

async function everything(): Promise<Scrape> {
  return scrape(await startServer((options) => ({ ...options, metrics: { token: undefined } })));
}

test('the page lists every metric with its type and the help that Prometheus shows', async () => {
  const listed = page.split('\n').filter((line) => line.startsWith('| `hearth_'));
  const rows = listed.map((line) => {
    const [name, type, , help] = line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, ''));
    return `${name} ${type} ${help}`;
  });
  const { described } = await everything();
  expect(rows).toHaveLength(described.length);
  expect(new Set(rows)).toEqual(new Set(described.map(({ name, type, help }) => `\`${name}\` ${type} ${help}`)));
});

test('the alert rules ask for metrics that there are', async () => {
  const { text } = await everything();
  const { groups } = parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const expressions = groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(5);
  const names = expressions.flatMap((expr) => expr.match(/\b(?:hearth|nodejs)_[a-z0-9_]+/g) ?? []);
  for (const name of names) {
    const family = name.replace(/_(?:bucket|count|sum)$/, '');
    expect(
      [name, family].some((known) => text.includes(`# TYPE ${known} `)),
      name,
    ).toBe(true);
  }
});
