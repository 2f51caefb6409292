import { flag, httpUrl, oneOf, text } from '../values.ts';
import type { Table } from './setting.ts';

/** What the server tells of itself. */
export const observingSettings = {
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
} as const satisfies Table;
