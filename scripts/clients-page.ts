// Writes the results of clients' own tests into docs/reference/clients.md: `node scripts/clients-page.ts`. A test compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const clientsPage = new URL('../docs/reference/clients.md', import.meta.url);
const records = fileURLToPath(new URL('../test/clients/records', import.meta.url));
const [begin, end] = ['<!-- Written by scripts/clients-page.ts from test/clients/records. -->', '<!-- Until here. -->'];

/** The page with its results brought up to date. */
export function withResults(page: string): string {
  const [before = '', rest = ''] = page.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n\n${results()}\n\n${end}${after}`;
}

function results(): string {
  const files = readdirSync(records, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.txt'));
  const rows = files.toSorted().map((file) => {
    const client = path.dirname(file);
    const suite = path.basename(file, '.txt');
    const at = client.lastIndexOf('@');
    return `| ${client.slice(0, at)} | ${client.slice(at + 1)} | ${suite} | ${scoreOf(path.join(records, file))} |`;
  });
  return ['| Client | Version | Its tests | Passed | What does not |', '|---|---|---|---|---|', ...rows].join('\n');
}

function scoreOf(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const count = new Map<string, number>();
  for (const line of lines) {
    const [, state = '', because = ''] = /^([a-z ]+?)(?: \((.*?)\))?: /.exec(line) ?? [];
    const what = state === 'either way' ? `passes or fails, as it ${because}` : because || state;
    count.set(what, (count.get(what) ?? 0) + 1);
  }
  const passed = count.get('passed') ?? 0;
  count.delete('passed');
  const rest = [...count].map(([what, times]) => `${words[what] ?? what}: ${times}`);
  return `${passed} of ${lines.length} | ${rest.join(', ')}`;
}

const words: Record<string, string> = { skipped: 'left out by its authors', 'not run': 'behind one that fails' };

if (import.meta.main) writeFileSync(clientsPage, withResults(readFileSync(clientsPage, 'utf8')));
