import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { AppOptions } from '../app.ts';
import { ConfigError, type ServerConfig } from '../config/index.ts';
import { AllowList } from '../delivery/guard/allow-list.ts';
import { parseRewriteRules } from '../delivery/guard/index.ts';
import { parseSchedule } from '../delivery/schedule.ts';
import { automaticThreads } from '../delivery/sender/index.ts';

interface Mode {
  /** Receivers that may be called beyond those that the settings name. */
  alsoAllow: readonly string[];
  /** Entries of the setting that only development has. */
  rewrite: readonly string[];
  verifyTls: boolean;
  signIn: AppOptions['oauth']['signIn'];
}

/** What the settings say about the application; where it keeps its data is not among it. Throws `ConfigError`. */
export function settledOptions(
  config: ServerConfig,
  { alsoAllow, rewrite, verifyTls, signIn }: Mode,
): Omit<AppOptions, 'store' | 'masterKeys' | 'logger'> {
  orConfigError('HEARTH_WEBHOOK_ALLOW', () => new AllowList(config.webhookAllow));
  return {
    http: { host: config.host, port: config.port, trustProxy: config.trustProxy, bodyLimit: config.bodyLimit },
    publicUrl: config.publicUrl?.replace(/\/+$/, ''),
    files: { limit: config.fileLimit, fetchTimeoutMs: config.fileFetchTimeout },
    delivery: {
      schedule: orConfigError('HEARTH_WEBHOOK_RETRIES', () => parseSchedule(config.webhookRetries)),
      timeoutMs: config.webhookTimeout,
      connectTimeoutMs: config.webhookConnectTimeout,
      allow: [...alsoAllow, ...config.webhookAllow],
      rewrite: orConfigError('HEARTH_WEBHOOK_REWRITE', () => parseRewriteRules(rewrite)),
      ca: readCertificates(config.webhookCaFile),
      verifyTls,
      senderThreads: config.senderThreads === 'auto' ? automaticThreads(availableParallelism()) : config.senderThreads,
      limits: {
        slots: config.webhookSlots,
        perWebhook: config.webhookSlotsEach,
        queueLength: config.webhookQueue,
        suspectShare: config.webhookSuspectShare / 100,
      },
      firstMessageDelayMs: config.webhookFirstMessageDelay,
      disabling: { failures: config.webhookDisableAfter, windowMs: config.webhookDisableWindow },
    },
    retention: { eventsMs: config.retentionEvents, attemptsMs: config.retentionAttempts },
    bots: { allReachesBots: config.atAllReachesBots },
    cards: {
      bytes: config.cardLimit,
      actions: config.cardActions,
      authorMaySubmit: config.cardAuthorMaySubmit,
    },
    metrics: config.metrics ? { token: config.metricsToken } : undefined,
    traces: config.otlpEndpoint === undefined ? undefined : { endpoint: config.otlpEndpoint },
    webhooks: { allowMessagesUpdated: config.allowMessagesUpdated, mostPerPerson: config.webhooksPerPerson },
    streams: { total: config.streams, perPerson: config.streamsPerPerson },
    rateLimits: { perPerson: config.rateLimit, perIncomingWebhook: config.incomingRateLimit },
    faults: config.faults === 'off' ? undefined : { by: config.faults, rules: [], presets: [] },
    oauth: {
      lifetimes: {
        accessTokenMs: config.accessTokenLifetime,
        refreshTokenMs: config.refreshTokenLifetime,
        authorizationCodeMs: config.authorizationCodeLifetime,
        deviceCodeMs: config.deviceCodeLifetime,
        guestTokenMs: config.guestTokenLifetime,
      },
      integrationsPerPerson: config.integrationsPerPerson,
      signIn,
    },
    devices: { perPerson: config.devicesPerPerson, lifetimeMs: config.deviceLifetime },
  };
}

function readCertificates(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const text = orConfigError('HEARTH_WEBHOOK_CA_FILE', () => readFileSync(file, 'utf8'));
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new ConfigError(`HEARTH_WEBHOOK_CA_FILE: ${file} holds no certificate in PEM form.`);
  }
  return text;
}

/** `setting` is named in the complaint about its value. */
function orConfigError<T>(setting: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(`${setting}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
