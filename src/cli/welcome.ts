import { styleText } from 'node:util';
import { version } from '../version.ts';
import type { Account } from '../world/index.ts';
import { alignColumns } from './table.ts';

export interface Welcome {
  url: string;
  accounts: readonly Account[];
  /** Folder of the data; undefined: in memory. */
  data: string | undefined;
}

export interface Style {
  colours: boolean;
  /** Columns of the terminal; undefined: no terminal, no limit. */
  width: number | undefined;
}

/** What a development server says when it is ready: where it is, who one can be, and what to paste. */
export function printWelcome({ url, accounts, data }: Welcome, style: Style): string {
  const paint = (format: 'bold' | 'dim' | 'cyan', text: string) =>
    style.colours ? styleText(format, text, { validateStream: false }) : text;
  const actor = accounts.find(({ type }) => type === 'bot') ?? accounts[0];
  const parts = [
    `${paint('bold', `Hearth ${version}`)} is listening on ${paint('cyan', url)}`,
    ...(accounts.length > 0
      ? [`${paint('bold', 'People and bots')}\n\n${listAccounts(accounts, style.width, (text) => paint('dim', text))}`]
      : []),
    ...(actor ? [`${paint('bold', `Paste this to act as ${actor.email}`)}\n\n${exportsFor(url, actor.token)}`] : []),
    paint(
      'dim',
      `${data === undefined ? 'All data is in memory and goes when the server stops.' : `Data: ${data}`}\nAPI:  ${url}/openapi.json`,
    ),
  ];
  return `\n${parts.join('\n\n')}\n\n`;
}

/** One line each where that fits, else the token below: it is there to be copied, so it is never cut. */
function listAccounts(accounts: readonly Account[], width: number | undefined, dim: (text: string) => string): string {
  const about = alignColumns(
    accounts.map(({ email, displayName, organization, type, roles }) => [
      email,
      displayName,
      organization,
      [type, ...roles].join(', '),
    ]),
  ).split('\n');
  const widest = Math.max(...about.map((line) => line.length));
  const longest = Math.max(...accounts.map(({ token }) => token.length));
  const fits = width === undefined || 2 + widest + 2 + longest <= width;
  return accounts
    .map(({ token }, at) =>
      fits ? `  ${(about[at] ?? '').padEnd(widest)}  ${dim(token)}` : `  ${about[at] ?? ''}\n    ${dim(token)}`,
    )
    .join('\n');
}

/** The variables that Webex's clients read; some want a slash at the end, some must not have one (spec 8.1). */
function exportsFor(url: string, token: string): string {
  const variables = {
    WEBEX_ACCESS_TOKEN: token,
    HYDRA_SERVICE_URL: `${url}/v1`,
    U2C_SERVICE_URL: `${url}/u2c/api/v1`,
    SPARKY_API_TOKEN: token,
    SPARKY_API_URL: `${url}/v1/`,
    WEBEX_API: `${url}/v1`,
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n');
}

function quote(value: string): string {
  return /^[\w./:@%+=-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
