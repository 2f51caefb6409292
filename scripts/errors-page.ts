// Writes docs/reference/errors.md from the errors catalogue: `node scripts/errors-page.ts`.
import { writeFileSync } from 'node:fs';
import { errors } from '../src/core/errors.ts';

export const errorsPage = new URL('../docs/reference/errors.md', import.meta.url);

export function writeErrors(): string {
  const rows = Object.entries(errors).map(([code, { status, message, ...entry }]) => {
    const detail = 'detail' in entry ? `<br>${cell(entry.detail)}` : '';
    const word = 'error' in entry ? `<br>OAuth: \`${entry.error}\`` : '';
    return `| ${status} | ${cell(message)}${detail}${word} | \`${code}\` |`;
  });
  return `${head}${rows.join('\n')}\n`;
}

const head = `# Errors

<!-- Written by scripts/errors-page.ts from src/core/errors.ts: change it there. -->

Every refusal has the same shape, whoever refuses. The \`TrackingID\` header repeats the \`trackingId\`, and so does the log.

\`\`\`json
{
  "message": "Could not find a room with provided ID.",
  "errors": [{ "description": "Could not find a room with provided ID." }],
  "trackingId": "HEARTH_6f9d1f0e-3d7b-4d47-9d0d-0d6a6bfb7f3c"
}
\`\`\`

The first description is the message; further ones say more. What you may not see is answered like what does not exist.
Where tokens are asked for, \`error\` and \`error_description\` say it in the words of OAuth 2 too.
\`{name}\` stands for a value of the request. The code names the entry in the sources and in the log.

| Status | Message | Code |
|---|---|---|
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\{(\w+)\}/g, '`{$1}`');
}

if (import.meta.main) writeFileSync(errorsPage, writeErrors());
