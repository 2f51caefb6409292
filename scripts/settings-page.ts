// `node scripts/settings-page.ts` writes docs/reference/settings.md from src/config/settings/. A test compares the two.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { devSettings, serverSettings, storeSettings, type Setting } from '../src/config/index.ts';

export const settingsPage = fileURLToPath(new URL('../docs/reference/settings.md', import.meta.url));

export function writeSettings(): string {
  return `# Settings

Every setting has a variable of the environment, and most have a flag of the command line (\`hearth help dev\` lists
them). A flag wins over the environment, the environment over the default; an empty variable counts as not set.
Unknown flags, bad values and settings that contradict each other end the start with a sentence that says what to
change; an unknown variable that begins with \`HEARTH_\` is told in the log.

Times are written with their unit (\`500ms\`, \`10s\`, \`2m\`), sizes in bytes or with \`KiB\` or \`MiB\`, lists with commas.

This page is generated from \`src/config/settings/\` by \`node scripts/settings-page.ts\`.

## Data: every command

${table(Object.values<Setting>(storeSettings))}

## Server: \`hearth dev\` and \`hearth serve\`

${table(Object.values<Setting>(serverSettings))}

## Development: \`hearth dev\` only

${table(Object.values<Setting>(devSettings))}
`;
}

function table(settings: readonly Setting[]): string {
  const rows = settings.map((setting) => [
    `\`${setting.env}\``,
    flagOf(setting),
    defaultOf(setting),
    setting.description,
  ]);
  return [['Variable', 'Flag', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function flagOf({ flag, takes }: Setting): string {
  if (flag === undefined) return '';
  return takes === undefined ? `\`--${flag}\`` : `\`--${flag} ${takes}\``;
}

function defaultOf({ default: standard }: Setting): string {
  if (standard === undefined || standard === '') return 'none';
  if (typeof standard === 'string') return `\`${standard}\``;
  return `\`${standard.dev}\` (dev), \`${standard.serve}\` (serve)`;
}

if (import.meta.main) writeFileSync(settingsPage, writeSettings());
