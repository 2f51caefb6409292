import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { measureStore } from '../../src/metrics/store.ts';
import { scrape, Scrape } from '../support/scrape.ts';
import { startServer } from '../support/server.ts';

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
const rules = readFileSync(new URL('../../docs/reference/alerts.yml', import.meta.url), 'utf8');

async function everything(): Promise<{ text: string; described: Scrape['described'] }> {
  const server = await scrape(await startServer((options) => ({ ...options, metrics: { token: undefined } })));
  const registry = new Registry();
  measureStore(registry, { statements: 0, commits: 0, operations: 0, syncs: 0, onCommit() {} });
  const store = new Scrape(await registry.metrics());
  return { text: server.text + store.text, described: [...server.described, ...store.described] };
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
