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
import { AutoDisable, type AutoDisableParts } from './delivery/health/auto-disable.ts';
import { HealthBook, type FailureWindow } from './delivery/health/health-book.ts';
import type { LaneLimits } from './delivery/lanes/lanes.ts';
import { Matcher } from './delivery/matcher.ts';
import { Recorder } from './delivery/recorder.ts';
import { Retention } from './delivery/retention/retention.ts';
import type { RetentionTimes } from './delivery/retention/sweeps.ts';
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
import { OpenSockets } from './sockets/open-sockets.ts';
import { Places } from './sockets/places.ts';
import { opensSocket, socketRoutes } from './sockets/routes.ts';
import { Devices, type DeviceLimits } from './sockets/service.ts';
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
  retention: RetentionTimes;
  bots: BotRules;
  webhooks: Pick<WebhookParts, 'allowMessagesUpdated' | 'mostPerPerson'>;
  /** Undefined: there is no `/metrics`. */
  metrics: { token: string | undefined } | undefined;
  /** Where spans are sent; undefined: nowhere. */
  traces: { endpoint: string } | undefined;
  /** Of all people together, and of each. */
  streams: SeatLimits;
  devices: DeviceLimits;
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
  const parts = { db, log, vault, clock, logger, registry };

  let { port } = options.http;
  const outgoing = openSender(options, () => port);
  const messages = new MessageService({ ...parts, bots: options.bots });
  const delivery = await composeDelivery(options, {
    ...parts,
    courier: { sender: wrapSender(outgoing), clock, random, tracing },
    exporter,
    tellOwner: async (ownerUuid, markdown) => {
      await messages.post(await systemBot(db, clock.now()), { toPersonId: ownerUuid, markdown });
    },
  });
  const { allowMessagesUpdated } = options.webhooks;
  const streams = new Streams({
    ...delivery,
    reader: db.reader,
    log,
    registry,
    allowMessagesUpdated,
    limits: options.streams,
  });
  const sockets = { open: new OpenSockets(), places: new Places(parts) };
  const devices = new Devices({ ...parts, ...sockets, limits: options.devices });
  const webhooks = new WebhookService({ ...parts, checkTarget: outgoing.check, ...options.webhooks });

  const api = await createHttpServer({ ...options.http, logger, version, clock, tracing, opensSocket });
  healthRoutes(api, { store: () => db.probe() });
  if (options.metrics) {
    const { Metrics, metricsRoute } = await import('./metrics/index.ts');
    const sources = { ...parts, ...delivery, version, api, webhooks: registry, streams, sockets: sockets.open };
    metricsRoute(api, new Metrics(sources), options.metrics.token);
  }
  const callerOf = (hash: Uint8Array) => findCaller(db.reader, hash, clock.now());
  const authenticated = authenticate(callerOf, clock);
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
      const { engine, replayer, book, wake } = delivery;
      ours.addHook('onRequest', authenticated);
      replayRoutes(ours, new ReplayService({ ...parts, replayer }));
      streamRoutes(ours, { streams, clock, findCaller: callerOf });
      inspectRoutes(ours, {
        ...parts,
        ...delivery,
        webhooks,
        lanes: engine.lanes,
        wake,
        book,
        window: options.delivery.disabling,
        replaySinceDisabled: (tx, webhook, caller) => replayer.createSinceDisabled(tx, webhook, caller.personId),
        standingHeaders: outgoing.headers,
      });
    },
    { prefix: '/hearth/v1' },
  );
  await socketRoutes(api, {
    ...parts,
    ...sockets,
    reader: db.reader,
    authenticated,
    findCaller: callerOf,
    devices,
    streams,
    matcher: delivery.matcher,
    firstMessageDelayMs: options.delivery.firstMessageDelayMs,
  });

  return {
    db,
    log,
    vault,
    clock,
    async listen() {
      await delivery.start();
      const { host } = options.http;
      const address = new URL(await api.listen({ host, port: options.http.port }));
      port = Number(address.port);
      outgoing.listensOn(port);
      return { port, url: `http://${localNames.has(host) ? 'localhost' : address.hostname}:${port}` };
    },
    async close(graceMs = GRACE_MS) {
      // A request that never ends must not keep the server from stopping.
      const cut = setTimeout(() => api.server.closeAllConnections(), graceMs);
      await api.close();
      clearTimeout(cut);
      await sockets.places.save();
      await delivery.close(graceMs);
      await outgoing.destroy();
      await exporter?.close();
      await db.close();
    },
  };
}

/** What sends requests for others, to whom it may: the guard, the rewrite rules, and threads where they are asked for. */
function openSender({ delivery, logger }: AppOptions, port: () => number) {
  const { timeoutMs, connectTimeoutMs, ca, verifyTls, limits, allow, senderThreads: threads } = delivery;
  const guard = new AddressGuard({ allow, own: () => ({ port: port(), addresses: ownAddresses() }) });
  const rewrite = rewriteBy(delivery.rewrite);
  const sending = { timeoutMs, connectTimeoutMs, ca, verifyTls, userAgent: `Hearth/${version}` };
  const connectionsPerOrigin = limits.perWebhook * 4;
  const onFault = (err: unknown) => logger.error({ err }, 'a sender thread failed; another takes its place');
  const threaded =
    threads > 0
      ? new ThreadedSender({ ...sending, connectionsPerOrigin, threads, allow, port: port(), onFault })
      : undefined;
  const sender: Sending = threaded ?? new Sender({ ...sending, connectionsPerOrigin, guard });
  return {
    headers: sender.headers,
    send: (request: Parameters<Sending['send']>[0]) => sender.send({ ...request, url: rewrite(request.url) }),
    check: (url: string) => guard.checkUrl(rewrite(url)),
    listensOn: (own: number) => threaded?.listensOn(own),
    destroy: () => sender.destroy(),
  };
}

interface DeliveryParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
  courier: Omit<CourierParts, 'schedule'>;
  exporter: OtlpTracing | undefined;
  tellOwner: AutoDisableParts['tellOwner'];
}

/** The way from the log to the receivers, and all that listens to what became of it. */
async function composeDelivery(options: AppOptions, { courier, exporter, tellOwner, ...parts }: DeliveryParts) {
  const { db, log, clock, logger, registry } = parts;
  const { schedule, limits, firstMessageDelayMs, disabling: window } = options.delivery;
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), options.bots);
  const recorder = new Recorder({ log, clock, logger, lastChange: await lastChange(db.reader) });
  const engine = new DeliveryEngine({
    ...parts,
    matcher: exporter ? traceMatching(matcher, exporter, clock) : matcher,
    courier: new Courier({ ...courier, schedule }),
    recorder,
    limits,
    firstMessageDelayMs,
  });
  const retention = new Retention({ ...parts, times: options.retention });
  const wake = (webhookId: number) => engine.backlog.note(webhookId, clock.now());
  const replayer = new Replayer({ ...parts, matcher, recorder, wake });
  const book = new HealthBook(clock, window);
  const autoDisable = new AutoDisable({
    ...parts,
    book,
    window,
    switchOff: (id, reason) => switchOff(parts, id, { reason, after: log.settled, actorUuid: SYSTEM_BOT_UUID }),
    tellOwner,
  });
  recorder.onRecorded((records) => autoDisable.recorded(records));
  recorder.onRecorded(logAttempts(logger));
  if (exporter) recorder.onRecorded(traceAttempts(exporter));
  return {
    matcher,
    recorder,
    engine,
    replayer,
    book,
    autoDisable,
    wake,
    async start() {
      await book.start(db.reader);
      await engine.start();
      await replayer.start();
      retention.start();
    },
    async close(graceMs: number) {
      await retention.close();
      await replayer.close();
      await engine.close(graceMs);
      await autoDisable.settled();
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
