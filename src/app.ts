import type { Logger } from 'pino';
import type { Clock } from './core/clock.ts';
import { systemClock } from './core/clock.ts';
import { passOn, type Tracing } from './core/trace.ts';
import { Vault } from './core/vault.ts';
import { openSqlite, type Database } from './db/index.ts';
import { logAttempts } from './delivery/attempt-log.ts';
import { Courier, type CourierParts } from './delivery/courier.ts';
import { DeliveryEngine } from './delivery/engine.ts';
import { AddressGuard, ownAddresses, rewriteBy, type RewriteRule } from './delivery/guard/index.ts';
import { AutoDisable } from './delivery/health/auto-disable.ts';
import { HealthBook, type FailureWindow } from './delivery/health/health-book.ts';
import type { LaneLimits } from './delivery/lanes/lanes.ts';
import { Matcher } from './delivery/matcher.ts';
import { Recorder } from './delivery/recorder.ts';
import { RoomMembers } from './delivery/room-members.ts';
import { Replayer } from './delivery/replay/replayer.ts';
import { replayRoutes } from './delivery/replay/routes.ts';
import { ReplayService } from './delivery/replay/service.ts';
import type { RetrySchedule } from './delivery/schedule.ts';
import { Sender, ThreadedSender, type Sending } from './delivery/sender/index.ts';
import { lastChange } from './delivery/store/records.ts';
import { SqliteEventLog, type EventLog } from './eventlog/index.ts';
import { authenticate, createHttpServer, healthRoutes, type Api } from './http/index.ts';
import { inspectRoutes } from './inspect/routes.ts';
import { membershipRoutes } from './memberships/routes.ts';
import { MembershipService } from './memberships/service.ts';
import type { BotRules } from './messages/policy.ts';
import { messageRoutes } from './messages/routes.ts';
import { MessageService } from './messages/service.ts';
import { findCaller, SYSTEM_BOT_UUID, systemBot } from './people/index.ts';
import { peopleRoutes } from './people/routes.ts';
import { PeopleService } from './people/service.ts';
import { roomRoutes } from './rooms/routes.ts';
import { RoomService } from './rooms/service.ts';
import { streamRoutes } from './stream/routes.ts';
import type { SeatLimits } from './stream/seats.ts';
import { Streams } from './stream/streams.ts';
import { traceAttempts, traceMatching } from './tracing/delivery.ts';
import type { OtlpOptions, OtlpTracing } from './tracing/otlp.ts';
import { version } from './version.ts';
import { switchOff, WebhookRegistry } from './webhooks/index.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { WebhookService, type WebhookParts } from './webhooks/service.ts';

/** Everything a server is made from: checked values, nothing of it read from the environment here. */
export interface AppOptions {
  http: { host: string; port: number; trustProxy: boolean | string; bodyLimit: number };
  store: { file: string; durability: 'full' | 'off' };
  /** The first one seals, all of them open. */
  masterKeys: readonly [Uint8Array, ...Uint8Array[]];
  delivery: {
    schedule: RetrySchedule;
    timeoutMs: number;
    connectTimeoutMs: number;
    /** CIDRs, addresses and host names that may be called although the guard would refuse them. */
    allow: readonly string[];
    /** Whom to call in place of a webhook's target; for development. */
    rewrite: readonly RewriteRule[];
    /** PEM; in place of the system's certificate authorities. */
    ca: string | undefined;
    verifyTls: boolean;
    /** That send; none: this one does. */
    senderThreads: number;
    limits: LaneLimits;
    firstMessageDelayMs: number;
    /** DEL-5 */
    disabling: FailureWindow;
  };
  bots: BotRules;
  webhooks: Pick<WebhookParts, 'allowMessagesUpdated' | 'mostPerPerson'>;
  /** Undefined: there is no `/metrics`. */
  metrics: { token: string | undefined } | undefined;
  /** Where spans are sent; undefined: nowhere. */
  traces: { endpoint: string } | undefined;
  /** Of all people together, and of each. */
  streams: SeatLimits;
  logger: Logger;
}

/** What a test may replace, and where it may put faults in between. */
export interface Overrides {
  clock?: Clock;
  random?: () => number;
  wrapStore?: (db: Database) => Database;
  wrapSender?: (sender: CourierParts['sender']) => CourierParts['sender'];
}

export interface App {
  readonly db: Database;
  readonly log: EventLog;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Brings deliveries under way and opens the port. */
  listen(): Promise<{ url: string; port: number }>;
  /** Stops accepting, drains for at most `graceMs`, records, closes the store: in that order. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 5_000;
/** Addresses that a person on this machine would call localhost. */
const localNames = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::', '::1']);

/** The composition root: the one place that knows every class. */
export async function createApp(
  options: AppOptions,
  { clock = systemClock, random = Math.random, wrapStore = asItIs, wrapSender = asItIs }: Overrides = {},
): Promise<App> {
  const { logger } = options;
  const exporter = options.traces && (await openExporter({ ...options.traces, version, logger }));
  const tracing: Tracing = exporter ?? passOn;
  const db = wrapStore(await openSqlite(options.store, clock));
  db.onOutage((outage) => {
    if (outage) logger.error({ err: outage }, 'the store cannot be written to: writes are refused, reads go on');
    else logger.info('the store can be written to again');
  });
  const vault = new Vault(options.masterKeys);
  const log = await SqliteEventLog.open(db, clock);

  const registry = new WebhookRegistry(vault);
  await registry.load(db.reader);

  let { port } = options.http;
  const guard = new AddressGuard({ allow: options.delivery.allow, own: () => ({ port, addresses: ownAddresses() }) });
  const senderOptions = {
    timeoutMs: options.delivery.timeoutMs,
    connectTimeoutMs: options.delivery.connectTimeoutMs,
    userAgent: `Hearth/${version}`,
    ca: options.delivery.ca,
    verifyTls: options.delivery.verifyTls,
    connectionsPerOrigin: options.delivery.limits.perWebhook * 4,
  };
  const { allow, senderThreads } = options.delivery;
  const threadedSender =
    senderThreads > 0
      ? new ThreadedSender({
          ...senderOptions,
          threads: senderThreads,
          allow,
          port,
          onFault: (err) => logger.error({ err }, 'a sender thread failed; another takes its place'),
        })
      : undefined;
  const sender: Sending = threadedSender ?? new Sender({ ...senderOptions, guard });
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), options.bots);
  const rewrite = rewriteBy(options.delivery.rewrite);
  const courier = new Courier({
    sender: wrapSender({ send: (request) => sender.send({ ...request, url: rewrite(request.url) }) }),
    schedule: options.delivery.schedule,
    clock,
    random,
    tracing,
  });
  const { limits, firstMessageDelayMs } = options.delivery;
  const recorder = new Recorder({ log, clock, logger, lastChange: await lastChange(db.reader) });
  const engine = new DeliveryEngine({
    db,
    log,
    clock,
    logger,
    registry,
    matcher: exporter ? traceMatching(matcher, exporter, clock) : matcher,
    courier,
    recorder,
    limits,
    firstMessageDelayMs,
  });

  const replayer = new Replayer({
    db,
    log,
    clock,
    logger,
    registry,
    matcher,
    recorder,
    wake: (webhookId) => engine.backlog.note(webhookId, clock.now()),
  });

  const parts = { db, log, vault, clock };
  const messages = new MessageService({ ...parts, bots: options.bots });
  const healthBook = new HealthBook(clock, options.delivery.disabling);
  const autoDisable = new AutoDisable({
    clock,
    logger,
    registry,
    book: healthBook,
    window: options.delivery.disabling,
    switchOff: (id, reason) =>
      switchOff({ ...parts, registry }, id, { reason, after: log.settled, actorUuid: SYSTEM_BOT_UUID }),
    tellOwner: async (ownerUuid, markdown) => {
      await messages.post(await systemBot(db, clock.now()), { toPersonId: ownerUuid, markdown });
    },
  });
  recorder.onRecorded((records) => autoDisable.recorded(records));
  recorder.onRecorded(logAttempts(logger));
  if (exporter) recorder.onRecorded(traceAttempts(exporter));

  const streams = new Streams({
    reader: db.reader,
    log,
    recorder,
    registry,
    matcher,
    allowMessagesUpdated: options.webhooks.allowMessagesUpdated,
    limits: options.streams,
  });

  const callerOf = (hash: Uint8Array) => findCaller(db.reader, hash, clock.now());
  const authenticated = authenticate(callerOf, clock);
  const webhooks = new WebhookService({
    ...parts,
    registry,
    checkTarget: (url) => guard.checkUrl(rewrite(url)),
    ...options.webhooks,
  });
  const api = await createHttpServer({ ...options.http, logger, version, clock, tracing });
  healthRoutes(api, { store: () => db.probe() });
  if (options.metrics) {
    const { Metrics, metricsRoute } = await import('./metrics/index.ts');
    const sources = { version, api, db, clock, log, webhooks: registry, recorder, engine, autoDisable, streams };
    metricsRoute(api, new Metrics(sources), options.metrics.token);
  }
  await api.register(
    async (v1: Api) => {
      v1.addHook('onRequest', authenticated);
      peopleRoutes(v1, new PeopleService(parts));
      roomRoutes(v1, new RoomService(parts));
      membershipRoutes(v1, new MembershipService(parts));
      webhookRoutes(v1, webhooks);
      await messageRoutes(v1, messages);
    },
    { prefix: '/v1' },
  );
  await api.register(
    async (ours: Api) => {
      ours.addHook('onRequest', authenticated);
      replayRoutes(ours, new ReplayService({ db, clock, registry, replayer }));
      streamRoutes(ours, { streams, clock, findCaller: callerOf });
      inspectRoutes(ours, {
        ...parts,
        registry,
        webhooks,
        matcher,
        recorder,
        lanes: engine.lanes,
        wake: (webhookId) => engine.backlog.note(webhookId, clock.now()),
        book: healthBook,
        window: options.delivery.disabling,
        replaySinceDisabled: (tx, webhook, caller) => replayer.createSinceDisabled(tx, webhook, caller.personId),
        standingHeaders: sender.headers,
      });
    },
    { prefix: '/hearth/v1' },
  );

  return {
    db,
    log,
    vault,
    clock,
    async listen() {
      await healthBook.start(db.reader);
      await engine.start();
      await replayer.start();
      const { host } = options.http;
      const address = new URL(await api.listen({ host, port: options.http.port }));
      port = Number(address.port);
      threadedSender?.listensOn(port);
      return { port, url: `http://${localNames.has(host) ? 'localhost' : address.hostname}:${port}` };
    },
    async close(graceMs = GRACE_MS) {
      // A request that never ends must not keep the server from stopping.
      const cut = setTimeout(() => api.server.closeAllConnections(), graceMs);
      await api.close();
      clearTimeout(cut);
      await replayer.close();
      await engine.close(graceMs);
      await autoDisable.settled();
      await sender.destroy();
      await exporter?.close();
      await db.close();
    },
  };
}

function asItIs<T>(part: T): T {
  return part;
}

/** Loaded only when asked for, as most servers do without. */
async function openExporter(options: OtlpOptions): Promise<OtlpTracing> {
  const otlp = await import('./tracing/otlp.ts');
  return new otlp.OtlpTracing(options);
}
