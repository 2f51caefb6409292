// Writes docs/reference/compatibility.md: `node scripts/compatibility-page.ts`. A test compares the two.
import { writeFileSync } from 'node:fs';
import { deviations, type Deviation } from '../test/official/deviations.ts';
import { compatibility, type Standing } from './compatibility-table.ts';

export const compatibilityPage = new URL('../docs/reference/compatibility.md', import.meta.url);

export function writeCompatibility(): string {
  const sections = Object.entries(compatibility).map(
    ([resource, operations]) =>
      `## ${resource}\n\n${table(['Operation', 'There', 'What differs'], rows(operations))}\n`,
  );
  const reasons = [...new Set(deviations.map(({ because }) => because))];
  const known = reasons.map((reason) => [
    deviations
      .filter(({ because }) => because === reason)
      .map(whereOf)
      .join('; '),
    reason,
  ]);
  return `${head}\n${sections.join('\n')}\n${tail}\n${table(['Where', 'Why'], known)}\n`;
}

const head = `# Compatibility

<!-- Written by scripts/compatibility-page.ts from scripts/compatibility-table.ts: change it there. -->

What there is of the Webex messaging API, all of it below \`/v1\`, and where Hearth differs. What holds everywhere: POST answers
200 and DELETE 204; ids are taken in every form, padded or not, of any cluster, or as bare UUIDs; times are UTC with
milliseconds and \`Z\`; forms are taken as well as JSON; unknown fields and parameters are ignored, and so is what is null.
What you may not see is answered like what does not exist. [Clients](clients.md) says which libraries have been tried.
`;

const tail = `## The official description

Every request to a server in the tests, and its answer, is held against the official OpenAPI file wherever that file is there
(\`HEARTH_WEBEX_OPENAPI\`; it is not part of Hearth). A field that it does not name counts as a difference, too. These are known:
`;

function rows(operations: Readonly<Record<string, Standing>>): string[][] {
  return Object.entries(operations).map(([operation, standing]) => [`\`${operation}\``, ...wordsFor(standing)]);
}

function wordsFor(standing: Standing): [there: string, differs: string] {
  if (standing === 'as described') return ['yes', ''];
  return 'absent' in standing ? ['no', standing.absent] : ['yes', standing.differs];
}

function whereOf({ operations, part, at, rules }: Deviation): string {
  const of = operations === 'all' ? 'everywhere' : operations.map((name) => `\`${name}\``).join(', ');
  const positions = at === 'anything' ? '' : at.filter((one) => one !== '' && !one.startsWith('items/*/'));
  const named = positions === '' ? '' : positions.map((one) => ` \`${one}\``).join(',');
  return `${of}: ${part}${named}${rules.includes('null') ? ' null' : ''}`;
}

function table(header: readonly string[], body: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (import.meta.main) writeFileSync(compatibilityPage, writeCompatibility());
