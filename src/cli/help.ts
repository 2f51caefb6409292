import type { Command } from './command.ts';
import { alignColumns } from './table.ts';

export function printOverview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [`  hearth ${name}`, summary]);
  return `Hearth: rooms, messages and webhooks that speak the Webex messaging API.

${alignColumns(rows)}

hearth help COMMAND tells more. docs/reference/settings.md lists every setting.
`;
}

export function printHelp({ name, summary, settings, options = {} }: Command): string {
  const own = Object.entries(options).map(([option, { takes, description }]) => [
    `  --${option} ${takes}`,
    description,
  ]);
  const flags = settings
    .filter(({ flag }) => flag !== undefined)
    .map(({ flag, takes, description }) => [
      `  --${flag}${takes === undefined ? '' : ` ${takes}`}`,
      firstSentence(description),
    ]);
  const variables = settings
    .filter(({ flag }) => flag === undefined)
    .map(({ env, description }) => [`  ${env}`, firstSentence(description)]);
  const parts = [
    `hearth ${name}\n\n  ${summary}`,
    ...(own.length + flags.length > 0 ? [`Options\n${alignColumns([...own, ...flags])}`] : []),
    ...(variables.length > 0 ? [`From the environment only\n${alignColumns(variables)}`] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function firstSentence(description: string): string {
  return /^.*?\.(?= |$)/.exec(description)?.[0] ?? description;
}
