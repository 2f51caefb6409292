import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metadata, refusedIPv4, refusedIPv6, type Range } from '../../src/delivery/guard/ranges.ts';

const page = readFileSync(new URL('../../docs/reference/address-guard.md', import.meta.url), 'utf8');

function row({ text, what, source }: Range): string {
  const link = source.startsWith('https:')
    ? `<${source}>`
    : source.replaceAll(/RFC (\d+)/g, '[RFC $1](https://www.rfc-editor.org/rfc/rfc$1)');
  return `| \`${text}\` | ${what} | ${link} |`;
}

test.each([
  ['IPv4', refusedIPv4],
  ['IPv6', refusedIPv6],
  ['Metadata addresses', metadata],
])('the page lists what the guard refuses: %s', (heading, ranges) => {
  const [, section = ''] = page.split(`### ${heading}\n`);
  const [table = ''] = section.split('\n#');
  expect(table.split('\n').filter((line) => line.startsWith('| `'))).toEqual(ranges.map(row));
});
