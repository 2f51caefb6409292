import { flag, list, text } from '../values.ts';
import type { Table } from './setting.ts';

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
