import { describe, expect, test } from 'vitest';
import { readDevConfig, readServeConfig, readStoreConfig, unknownVariables, type Env } from './config.ts';
import { devSettings, serverSettings, storeSettings } from './settings/index.ts';

function dev(flags: Record<string, string | boolean> = {}, env: Env = {}) {
  return readDevConfig({ flags, env });
}

function serve(flags: Record<string, string | boolean> = {}, env: Env = {}) {
  return readServeConfig({ flags, env });
}

describe('defaults', () => {
  test('of a development server', () => {
    expect(dev()).toMatchObject({ port: 4030, host: 'localhost', data: './.hearth', memory: false, logFormat: 'auto' });
    expect(dev().world).toBeUndefined();
    expect(dev()).toMatchObject({ metrics: true, metricsToken: undefined, otlpEndpoint: undefined });
  });

  test('of a production server', () => {
    expect(serve()).toMatchObject({
      port: 4030,
      host: '0.0.0.0',
      logFormat: 'json',
      webhookTimeout: 10_000,
      bodyLimit: 1_048_576,
      metrics: false,
      otlpEndpoint: undefined,
    });
  });
});

describe('where a value comes from', () => {
  test.each([
    ['the default', {}, {}, 4030],
    ['the environment', {}, { HEARTH_PORT: '5000' }, 5000],
    ['a flag before the environment', { port: '6000' }, { HEARTH_PORT: '5000' }, 6000],
    ['an empty variable is none', {}, { HEARTH_PORT: '' }, 4030],
  ])('%s', (_, flags, env, expected) => {
    expect(dev(flags, env).port).toBe(expected);
  });
});

describe('values', () => {
  test.each([
    [{ HEARTH_BODY_LIMIT: '512KiB' }, { bodyLimit: 524_288 }],
    [{ HEARTH_BODY_LIMIT: '2048' }, { bodyLimit: 2_048 }],
    [{ HEARTH_WEBHOOK_TIMEOUT: '2m' }, { webhookTimeout: 120_000 }],
    [{ HEARTH_WEBHOOK_TIMEOUT: '500ms' }, { webhookTimeout: 500, webhookConnectTimeout: 500 }],
    [{ HEARTH_WEBHOOK_ALLOW: '10.0.0.0/8, bots.internal ,' }, { webhookAllow: ['10.0.0.0/8', 'bots.internal'] }],
    [{ HEARTH_WEBHOOK_SLOTS: '8' }, { webhookSlots: 8, webhookSlotsEach: 8 }],
    [{ HEARTH_TRUST_PROXY: 'true' }, { trustProxy: true }],
    [{ HEARTH_TRUST_PROXY: '10.0.0.1, fd00::/8' }, { trustProxy: '10.0.0.1, fd00::/8' }],
    [{ HEARTH_RETENTION_EVENTS: '90d' }, { retentionEvents: 90 * 86_400_000, retentionAttempts: 7 * 86_400_000 }],
    [
      { HEARTH_RETENTION_EVENTS: 'forever', HEARTH_RETENTION_ATTEMPTS: '0' },
      { retentionEvents: Infinity, retentionAttempts: Infinity },
    ],
    [{ HEARTH_AT_ALL_REACHES_BOTS: 'no' }, { atAllReachesBots: false }],
    [
      { HEARTH_METRICS: 'on', HEARTH_METRICS_TOKEN: 't' },
      { metrics: true, metricsToken: 't' },
    ],
    [{ HEARTH_OTLP_ENDPOINT: 'http://otel:4318' }, { otlpEndpoint: 'http://otel:4318' }],
  ])('%o', (env, expected) => {
    expect(serve({}, env)).toMatchObject(expected);
  });

  test.each([
    [{ HEARTH_PORT: '65536' }, 'HEARTH_PORT is "65536": it must be a whole number from 0 to 65535.'],
    [{ HEARTH_PORT: 'tcp://10.0.0.1:4030' }, 'HEARTH_PORT is "tcp://10.0.0.1:4030": it must be a whole number'],
    [{ HEARTH_BODY_LIMIT: '1GB' }, 'such as 65536, 512KiB or 1MiB.'],
    [{ HEARTH_WEBHOOK_TIMEOUT: '10' }, 'HEARTH_WEBHOOK_TIMEOUT is "10": it must be a time from 100ms to 300s'],
    [{ HEARTH_RETENTION_EVENTS: '1m' }, 'it must be forever, or a time from 1h to 3650d, such as 12h or 30d.'],
    [{ HEARTH_LOG_LEVEL: 'loud' }, 'it must be one of trace, debug, info, warn, error, fatal, silent.'],
    [{ HEARTH_TRUST_PROXY: 'proxy' }, 'it must be true, false, or addresses and CIDRs separated by commas.'],
    [{ HEARTH_TRUST_PROXY: '10.0.0.0/8/8' }, 'it must be true, false, or addresses'],
    [{ HEARTH_ALLOW_MESSAGES_UPDATED: 'maybe' }, 'it must be true or false.'],
    [{ HEARTH_OTLP_ENDPOINT: 'otel:4318' }, 'it must be a URL that begins with http:// or https://.'],
  ])('%o is refused', (env, sentence) => {
    expect(() => serve({}, env)).toThrow(sentence);
  });

  test('a bad flag is named as it was written', () => {
    expect(() => dev({ port: '-1' }, { HEARTH_PORT: '1' })).toThrow('--port is "-1"');
  });
});

describe('impossible combinations', () => {
  test.each([
    [{ world: 'team.yaml' }, {}, '--world is for development'],
    [{}, { HEARTH_MEMORY: 'true' }, 'HEARTH_MEMORY is for development: take it away, or use `hearth dev`'],
    [{ 'webhook-insecure-tls': true }, {}, '--webhook-insecure-tls is for development'],
    [{ 'webhook-rewrite': 'a=b' }, {}, '--webhook-rewrite is for development'],
    [
      {},
      { HEARTH_MASTER_KEY: 'x', HEARTH_MASTER_KEY_FILE: 'y' },
      'HEARTH_MASTER_KEY and HEARTH_MASTER_KEY_FILE exclude each other',
    ],
    [
      { 'webhook-connect-timeout': '11s' },
      {},
      '--webhook-connect-timeout is more than HEARTH_WEBHOOK_TIMEOUT: lower the one',
    ],
    [{ 'webhook-slots-each': '600' }, {}, '--webhook-slots-each is more than HEARTH_WEBHOOK_SLOTS'],
  ])('serve with %o %o', (flags, env, sentence) => {
    expect(() => serve(flags, env)).toThrow(sentence);
  });

  test.each([
    [{ memory: true, data: 'd' }, {}, '--memory and --data exclude each other'],
    [{}, { HEARTH_MEMORY: '1', HEARTH_DATA: 'd' }, 'HEARTH_MEMORY and HEARTH_DATA exclude each other'],
    [{ 'webhook-insecure-tls': true, 'webhook-ca-file': 'ca.pem' }, {}, 'exclude each other'],
    [
      { 'master-key-file': 'k' },
      { HEARTH_MASTER_KEY: 'x' },
      'HEARTH_MASTER_KEY and --master-key-file exclude each other',
    ],
  ])('dev with %o %o', (flags, env, sentence) => {
    expect(() => dev(flags, env)).toThrow(sentence);
  });

  test.each([
    ['--memory', { memory: true }, { HEARTH_DATA: 'd' }, true],
    ['--data', { data: 'd' }, { HEARTH_MEMORY: 'true' }, false],
  ])('a flag wins over the variable that contradicts it: %s', (_, flags, env, memory) => {
    expect(dev(flags, env).memory).toBe(memory);
  });
});

test('rates and faults: on in production as far as they protect, in development as far as they help', () => {
  const none = { flags: {}, env: {} };
  expect(readServeConfig(none)).toMatchObject({
    rateLimit: { perSecond: 30, burst: 300 },
    incomingRateLimit: { perSecond: 5, burst: 50 },
    faults: 'off',
  });
  expect(readDevConfig(none)).toMatchObject({
    rateLimit: undefined,
    incomingRateLimit: undefined,
    faults: 'everybody',
  });
  expect(
    readServeConfig({ ...none, env: { HEARTH_RATE_LIMIT: '0.5:1', HEARTH_FAULTS: 'administrators' } }),
  ).toMatchObject({
    rateLimit: { perSecond: 0.5, burst: 1 },
    faults: 'administrators',
  });
  for (const given of ['30', '30:', '0:10', '0.001:10', '5:0', '1e3:10', '5:1.5', 'on'])
    expect(() => readServeConfig({ ...none, env: { HEARTH_RATE_LIMIT: given } })).toThrow(
      `HEARTH_RATE_LIMIT is "${given}": it must be off, or requests per second`,
    );
});

test('commands on stored data mind only what concerns the data', () => {
  expect(
    readStoreConfig({ flags: { data: 'there' }, env: { HEARTH_PORT: 'no port', HEARTH_WORLD: 'w.yaml' } }),
  ).toEqual({
    data: 'there',
    masterKey: undefined,
    masterKeyFile: undefined,
  });
});

test('a variable that is no setting is told, those of Kubernetes are not', () => {
  const env = {
    HEARTH_PROT: '1',
    HEARTH_SERVICE_HOST: '10.0.0.1',
    HEARTH_PORT_4030_TCP: 'tcp://10.0.0.1:4030',
    HEARTH_DATA: 'd',
    PATH: '/bin',
  };
  expect(unknownVariables(env)).toEqual(['HEARTH_PROT']);
});

test('no two settings share a name', () => {
  const settings = Object.values({ ...storeSettings, ...serverSettings, ...devSettings });
  const names = settings.flatMap((setting) => ['flag' in setting ? [setting.flag] : [], setting.env].flat());
  expect(new Set(names).size).toBe(names.length);
});
