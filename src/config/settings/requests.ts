import { isIP } from 'node:net';
import { z } from 'zod';
import { duration, flag, httpUrl, size, text, wholeNumber } from '../values.ts';
import type { Table } from './setting.ts';

/** Where requests come in, and how large they may be. */
export const requestSettings = {
  port: {
    env: 'HEARTH_PORT',
    flag: 'port',
    takes: 'PORT',
    read: wholeNumber(0, 65_535),
    default: '4030',
    description: 'Port to listen on. 0 takes a free one.',
  },
  host: {
    env: 'HEARTH_HOST',
    flag: 'host',
    takes: 'HOST',
    read: text,
    default: { dev: 'localhost', serve: '0.0.0.0' },
    description: 'Address or host name to listen on. `localhost` stands for both of its addresses, IPv4 and IPv6.',
  },
  trustProxy: {
    env: 'HEARTH_TRUST_PROXY',
    flag: 'trust-proxy',
    takes: 'WHOM',
    read: z.string().transform(readTrust),
    default: 'false',
    description:
      'Whether to believe `X-Forwarded-*` headers, which decide the scheme and host of links: `true`, `false`, or the addresses and CIDRs of the proxies, separated by commas.',
  },
  bodyLimit: {
    env: 'HEARTH_BODY_LIMIT',
    flag: 'body-limit',
    takes: 'SIZE',
    read: size(1_024, 104_857_600),
    default: '1MiB',
    description: 'Largest request body. Larger ones are refused with 413.',
  },
  publicUrl: {
    env: 'HEARTH_PUBLIC_URL',
    flag: 'public-url',
    takes: 'URL',
    read: httpUrl,
    description:
      'Where others reach this server, such as `https://hearth.acme.example`: the addresses of files in webhooks begin with it. Not set: the address it listens on; one that listens on all addresses leaves them out.',
  },
  fileLimit: {
    env: 'HEARTH_FILE_LIMIT',
    flag: 'file-limit',
    takes: 'SIZE',
    read: size(1_024, 10_737_418_240),
    default: '100MiB',
    description: 'Largest file of a message. Larger ones are refused with 413.',
  },
  fileFetchTimeout: {
    env: 'HEARTH_FILE_FETCH_TIMEOUT',
    flag: 'file-fetch-timeout',
    takes: 'TIME',
    read: duration(1_000, 3_600_000),
    default: '60s',
    description: 'How long fetching a file that a message names by its URL may take, all in all.',
  },
} as const satisfies Table;

function readTrust(given: string, context: z.RefinementCtx<string>): boolean | string {
  const asFlag = flag.safeParse(given);
  if (asFlag.success) return asFlag.data;
  if (given.split(',').every((item) => isAddressOrRange(item.trim()))) return given;
  context.addIssue({ code: 'custom', message: 'must be true, false, or addresses and CIDRs separated by commas.' });
  return z.NEVER;
}

function isAddressOrRange(item: string): boolean {
  const [address = '', bits = '0', ...rest] = item.split('/');
  return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && rest.length === 0;
}
