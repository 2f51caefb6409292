import { isIP } from 'node:net';
import { z } from 'zod';
import {
  duration,
  durationOrForever,
  flag,
  httpUrl,
  list,
  rate,
  size,
  text,
  wholeNumber,
  wholeNumberOrAuto,
} from './values.ts';

/**
 * Every setting, once: what reads it, what `hearth help` and docs/reference/settings.md say about it. A flag wins over
 * the environment, the environment over the default.
 */
interface Setting {
  env: `HEARTH_${string}`;
  /** Option of the command line, without `--`; secrets have none, because other users of the machine see those. */
  flag?: string;
  /** What the flag takes, as help names it; absent for one that is just on when it is there. */
  takes?: string;
  /** From the text to the value; its message finishes the sentence "NAME …". */
  read: z.ZodType<unknown, string>;
  /** As one would write it; absent: there is none. */
  default?: string | { dev: string; serve: string };
  /** Full sentences, for the reference; help shows the first one. */
  description: string;
}

type Table = Readonly<Record<string, Setting>>;

/** The values of a table's settings. */
export type ValuesOf<T extends Table> = {
  [K in keyof T]: z.output<T[K]['read']> | (T[K] extends { default: unknown } ? never : undefined);
};

/** For every command that works on stored data. */
export const storeSettings = {
  data: {
    env: 'HEARTH_DATA',
    flag: 'data',
    takes: 'DIR',
    read: text,
    default: './.hearth',
    description: 'Folder of everything that is stored. It is made when it is missing.',
  },
  masterKey: {
    env: 'HEARTH_MASTER_KEY',
    read: text,
    description:
      'Master key that seals content: 32 bytes as base64 or 64 hexadecimal digits. Several are separated by commas: the first one seals, all of them open. Takes the place of the key file.',
  },
  masterKeyFile: {
    env: 'HEARTH_MASTER_KEY_FILE',
    flag: 'master-key-file',
    takes: 'FILE',
    read: text,
    description:
      'File that holds the master key; `master.key` in the data folder when not set. The first start makes it, readable by its owner only. Without this file the stored content cannot be read: keep a copy apart from the data.',
  },
} as const satisfies Table;

/** For `hearth dev` and `hearth serve`. */
export const serverSettings = {
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
  logLevel: {
    env: 'HEARTH_LOG_LEVEL',
    flag: 'log-level',
    takes: 'LEVEL',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    description: 'Least important log lines to write: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
  },
  logFormat: {
    env: 'HEARTH_LOG_FORMAT',
    flag: 'log-format',
    takes: 'FORMAT',
    read: oneOf('auto', 'pretty', 'json'),
    default: { dev: 'auto', serve: 'json' },
    description: 'How log lines look: `pretty`, `json`, or `auto`, which is pretty in a terminal and JSON elsewhere.',
  },
  metrics: {
    env: 'HEARTH_METRICS',
    flag: 'metrics',
    takes: 'BOOLEAN',
    read: flag,
    default: { dev: 'on', serve: 'off' },
    description: 'Whether `GET /metrics` answers with figures for Prometheus. With `hearth serve` set a token too.',
  },
  metricsToken: {
    env: 'HEARTH_METRICS_TOKEN',
    read: text,
    description:
      'What a caller of `/metrics` has to show as its bearer token. Not set: anybody who reaches the port may look.',
  },
  otlpEndpoint: {
    env: 'HEARTH_OTLP_ENDPOINT',
    flag: 'otlp-endpoint',
    takes: 'URL',
    read: httpUrl,
    description:
      'Base URL of an OpenTelemetry collector, such as `http://localhost:4318`: spans of requests, events and attempts are sent to `/v1/traces` below it. Not set: none are made.',
  },
  webhookRetries: {
    env: 'HEARTH_WEBHOOK_RETRIES',
    flag: 'webhook-retries',
    takes: 'SCHEDULE',
    read: text,
    default: 'default',
    description:
      'When to try a delivery again: `default` (9 attempts: at once, then after 5s, 30s, 2m, 10m, 30m, 2h, 5h, 10h), `webex` (one attempt), or the times before each attempt, the first one 0s, such as `0s,5s,1m30s,2h`.',
  },
  webhookTimeout: {
    env: 'HEARTH_WEBHOOK_TIMEOUT',
    flag: 'webhook-timeout',
    takes: 'TIME',
    read: duration(100, 300_000),
    default: '10s',
    description: 'How long one attempt may take, response body included.',
  },
  webhookConnectTimeout: {
    env: 'HEARTH_WEBHOOK_CONNECT_TIMEOUT',
    flag: 'webhook-connect-timeout',
    takes: 'TIME',
    read: duration(100, 300_000),
    default: '3s',
    description: 'How long connecting to a receiver may take, within the time of the attempt.',
  },
  webhookAllow: {
    env: 'HEARTH_WEBHOOK_ALLOW',
    flag: 'webhook-allow',
    takes: 'LIST',
    read: list,
    default: '',
    description:
      'Private receivers that may be called: CIDRs, addresses, host names and `*.example.com`, separated by commas. Public addresses need no entry. With `hearth dev` this machine itself (loopback) is always allowed.',
  },
  webhookCaFile: {
    env: 'HEARTH_WEBHOOK_CA_FILE',
    flag: 'webhook-ca-file',
    takes: 'FILE',
    read: text,
    description: "Certificate authorities (PEM) to trust for receivers, in place of the system's.",
  },
  webhookSlots: {
    env: 'HEARTH_WEBHOOK_SLOTS',
    flag: 'webhook-slots',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '512',
    description: 'Most requests to receivers at the same time. After a crash at most as many deliveries arrive twice.',
  },
  webhookSlotsEach: {
    env: 'HEARTH_WEBHOOK_SLOTS_EACH',
    flag: 'webhook-slots-each',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '32',
    description: 'Most requests at the same time for one webhook.',
  },
  webhookSuspectShare: {
    env: 'HEARTH_WEBHOOK_SUSPECT_SHARE',
    flag: 'webhook-suspect-share',
    takes: 'PERCENT',
    read: wholeNumber(1, 100),
    default: '25',
    description:
      'The part of the slots, in percent, that receivers may hold together which are slow, fail, or have not answered yet. The rest is for those that are known to work.',
  },
  webhookQueue: {
    env: 'HEARTH_WEBHOOK_QUEUE',
    flag: 'webhook-queue',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000_000),
    default: '1000',
    description: 'Most deliveries that wait in memory for one webhook. What exceeds it waits in the store.',
  },
  webhookDisableAfter: {
    env: 'HEARTH_WEBHOOK_DISABLE_AFTER',
    flag: 'webhook-disable-after',
    takes: 'COUNT',
    read: wholeNumber(0, 100_000),
    default: '100',
    description:
      'How many notifications have to fail within the time of HEARTH_WEBHOOK_DISABLE_WINDOW for a webhook to become inactive. Its owner is warned at half of them. 0: no webhook is disabled.',
  },
  webhookDisableWindow: {
    env: 'HEARTH_WEBHOOK_DISABLE_WINDOW',
    flag: 'webhook-disable-window',
    takes: 'TIME',
    read: duration(1_000, 86_400_000),
    default: '5m',
    description:
      'Within how long failed notifications are counted. A webhook that was enabled again that recently is disabled by a single one.',
  },
  senderThreads: {
    env: 'HEARTH_SENDER_THREADS',
    flag: 'sender-threads',
    takes: 'COUNT',
    read: wholeNumberOrAuto(0, 64),
    default: 'auto',
    description:
      'Threads that send requests to receivers. With 0 the main thread sends them itself; `auto` is 0 on up to three cores and 2 on more.',
  },
  webhookFirstMessageDelay: {
    env: 'HEARTH_WEBHOOK_FIRST_MESSAGE_DELAY',
    flag: 'webhook-first-message-delay',
    takes: 'TIME',
    read: duration(0, 60_000),
    default: '250ms',
    description:
      'How long the first message of a new 1:1 room is held back. Bot frameworks look a new room up and drop its messages until they know it.',
  },
  retentionEvents: {
    env: 'HEARTH_RETENTION_EVENTS',
    flag: 'retention-events',
    takes: 'TIME',
    read: durationOrForever(3_600_000, 315_360_000_000),
    default: '30d',
    description:
      'How long events are kept, and the deliveries about them; `forever` or 0: always. An event for which a delivery still waits is kept until that has ended.',
  },
  retentionAttempts: {
    env: 'HEARTH_RETENTION_ATTEMPTS',
    flag: 'retention-attempts',
    takes: 'TIME',
    read: durationOrForever(3_600_000, 315_360_000_000),
    default: '7d',
    description:
      'How long it is kept what went over the wire in each attempt of a delivery; not longer than the delivery itself. `forever` or 0: as long as that.',
  },
  webhooksPerPerson: {
    env: 'HEARTH_WEBHOOKS_PER_PERSON',
    flag: 'webhooks-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000_000),
    default: '30000',
    description: 'Most webhooks that one person or bot may have.',
  },
  rateLimit: {
    env: 'HEARTH_RATE_LIMIT',
    flag: 'rate-limit',
    takes: 'RATE',
    read: rate(),
    default: { dev: 'off', serve: '30:300' },
    description:
      'How many requests a person or bot may make, all of their tokens together: `off`, or so many a second in the long run and so many at once, such as `30:300`. What is beyond is answered with 429 and `Retry-After`.',
  },
  incomingRateLimit: {
    env: 'HEARTH_INCOMING_RATE_LIMIT',
    flag: 'incoming-rate-limit',
    takes: 'RATE',
    read: rate(),
    default: { dev: 'off', serve: '5:50' },
    description: 'How many messages may come through one incoming webhook, in the same words.',
  },
  faults: {
    env: 'HEARTH_FAULTS',
    flag: 'faults',
    takes: 'WHOM',
    read: oneOf('off', 'administrators', 'everybody'),
    default: { dev: 'everybody', serve: 'off' },
    description:
      'Who may make rules by which this server fails on purpose, for tests of clients: nobody (`off`), `administrators`, or `everybody`. A rule concerns the requests of all organizations.',
  },
  integrationsPerPerson: {
    env: 'HEARTH_INTEGRATIONS_PER_PERSON',
    flag: 'integrations-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '20',
    description: 'Most integrations that one person may register.',
  },
  accessTokenLifetime: {
    env: 'HEARTH_ACCESS_TOKEN_LIFETIME',
    flag: 'access-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '14d',
    description: 'How long an access token of an integration is good for.',
  },
  refreshTokenLifetime: {
    env: 'HEARTH_REFRESH_TOKEN_LIFETIME',
    flag: 'refresh-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 315_360_000_000),
    default: '90d',
    description: 'How long a refresh token is good for. Each use of it begins that time anew.',
  },
  authorizationCodeLifetime: {
    env: 'HEARTH_AUTHORIZATION_CODE_LIFETIME',
    flag: 'authorization-code-lifetime',
    takes: 'TIME',
    read: duration(1_000, 600_000),
    default: '10m',
    description: 'How long an integration has to exchange the code that it gets when a person allows it something.',
  },
  deviceCodeLifetime: {
    env: 'HEARTH_DEVICE_CODE_LIFETIME',
    flag: 'device-code-lifetime',
    takes: 'TIME',
    read: duration(30_000, 3_600_000),
    default: '5m',
    description: 'How long a person has to type the code that a device shows.',
  },
  guestTokenLifetime: {
    env: 'HEARTH_GUEST_TOKEN_LIFETIME',
    flag: 'guest-token-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '6h',
    description: 'How long an access token of a guest is good for.',
  },
  streams: {
    env: 'HEARTH_STREAMS',
    flag: 'streams',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '1000',
    description: 'Most streams, long polls and sockets that are open at the same time.',
  },
  streamsPerPerson: {
    env: 'HEARTH_STREAMS_PER_PERSON',
    flag: 'streams-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '20',
    description: 'Most streams, long polls and sockets that one person or bot may have open at the same time.',
  },
  devicesPerPerson: {
    env: 'HEARTH_DEVICES_PER_PERSON',
    flag: 'devices-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 10_000),
    default: '20',
    description:
      'Most devices, which is what clients register to open a socket, that one person or bot may have. A new one takes the place of the one that had no socket for longest; when all of them have one, it is refused.',
  },
  deviceLifetime: {
    env: 'HEARTH_DEVICE_LIFETIME',
    flag: 'device-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '7d',
    description:
      'How long a device is kept that has no socket. A client that comes back within that time is told what it missed.',
  },
  allowMessagesUpdated: {
    env: 'HEARTH_ALLOW_MESSAGES_UPDATED',
    flag: 'allow-messages-updated',
    read: flag,
    default: 'false',
    description: 'Whether webhooks may ask for `messages` `updated`, which Webex refuses.',
  },
  cardLimit: {
    env: 'HEARTH_CARD_LIMIT',
    flag: 'card-limit',
    takes: 'SIZE',
    read: size(1_024, 1_048_576),
    default: '22KiB',
    description: 'Largest card that a message may carry, as JSON. Larger ones are refused with 400.',
  },
  cardActions: {
    env: 'HEARTH_CARD_ACTIONS',
    flag: 'card-actions',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000),
    default: '5',
    description:
      "Most actions in one list of a card: its own, and each `ActionSet`'s. Webex's clients show five and leave the others out.",
  },
  cardAuthorMaySubmit: {
    env: 'HEARTH_CARD_AUTHOR_MAY_SUBMIT',
    flag: 'card-author-may-submit',
    takes: 'BOOLEAN',
    read: flag,
    default: 'true',
    description: 'Whether the author of a card may submit it too.',
  },
  atAllReachesBots: {
    env: 'HEARTH_AT_ALL_REACHES_BOTS',
    flag: 'at-all-reaches-bots',
    takes: 'BOOLEAN',
    read: flag,
    default: 'true',
    description: 'Whether a message that mentions everybody is shown to the bots of a group room.',
  },
} as const satisfies Table;

/** For `hearth dev` alone. */
export const devSettings = {
  memory: {
    env: 'HEARTH_MEMORY',
    flag: 'memory',
    read: flag,
    default: 'false',
    description: 'Whether to keep nothing: all data goes when the server stops.',
  },
  world: {
    env: 'HEARTH_WORLD',
    flag: 'world',
    takes: 'FILE',
    read: text,
    description:
      'World file (YAML or JSON) with the people, bots, rooms and webhooks to begin with. A small world is built in.',
  },
  webhookRewrite: {
    env: 'HEARTH_WEBHOOK_REWRITE',
    flag: 'webhook-rewrite',
    takes: 'RULES',
    read: list,
    default: '',
    description:
      'Receivers to call in place of those that are registered, and hosts to fetch files from in place of those that are named: how the targets begin, `=`, and what to call instead, such as `https://bot.example:8443=http://127.0.0.1:3978`. Several are separated by commas.',
  },
  webhookInsecureTls: {
    env: 'HEARTH_WEBHOOK_INSECURE_TLS',
    flag: 'webhook-insecure-tls',
    read: flag,
    default: 'false',
    description: 'Whether receivers may show certificates that nobody vouches for.',
  },
} as const satisfies Table;

export type { Setting, Table };

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}.`) as z.ZodType<T[number], string>;
}

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
