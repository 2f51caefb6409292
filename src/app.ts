import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from './core/clock.ts';
import { systemClock } from './core/clock.ts';
import { Vault } from './core/vault.ts';
import { openSqlite, type Database } from './db/index.ts';
import { Courier } from './delivery/courier.ts';
import { DeliveryEngine } from './delivery/engine.ts';
import { AddressGuard, rewriteBy, type RewriteRule } from './delivery/guard/index.ts';
import { AutoDisable } from './delivery/health/auto-disable.ts';
import { HealthBook, type FailureWindow } from './delivery/health/health-book.ts';
import type { LaneLimits } from './delivery/lanes/lanes.ts';
import { Matcher } from './delivery/matcher.ts';
import { Recorder } from './delivery/recorder.ts';
import { Retention } from './delivery/retention/retention.ts';
import type { RetentionTimes } from './delivery/retention/sweeps.ts';
import { RoomMembers } from './delivery/room-members.ts';
import type { RetrySchedule } from './delivery/schedule.ts';
import { Sender } from './delivery/sender/index.ts';
import { lastChange } from './delivery/store/records.ts';
import { SqliteEventLog } from './eventlog/index.ts';
import { authenticate, createHttpServer, healthRoutes, type Api } from './http/index.ts';
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
    limits: LaneLimits;
    firstMessageDelayMs: number;
    /** DEL-5 */
    disabling: FailureWindow;
  };
  retention: RetentionTimes;
  bots: BotRules;
  webhooks: Pick<WebhookParts, 'allowMessagesUpdated' | 'mostPerPerson'>;
  logger: Logger;
}

/** What a test may replace. */
export interface Overrides {
  clock?: Clock;
  random?: () => number;
}

export interface App {
  readonly db: Database;
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
  { clock = systemClock, random = Math.random }: Overrides = {},
): Promise<App> {
  const { logger } = options;
  const db = await openSqlite(options.store, clock);
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
  const sender = new Sender({
    guard,
    timeoutMs: options.delivery.timeoutMs,
    connectTimeoutMs: options.delivery.connectTimeoutMs,
    userAgent: `Hearth/${version}`,
    ca: options.delivery.ca,
    verifyTls: options.delivery.verifyTls,
    connectionsPerOrigin: options.delivery.limits.perWebhook * 4,
  });
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), options.bots);
  const rewrite = rewriteBy(options.delivery.rewrite);
  const courier = new Courier({
    sender: { send: (request) => sender.send({ ...request, url: rewrite(request.url) }) },
    schedule: options.delivery.schedule,
    clock,
    random,
  });
  const { limits, firstMessageDelayMs } = options.delivery;
  const recorder = new Recorder({ log, clock, logger, lastChange: await lastChange(db.reader) });
  const engine = new DeliveryEngine({
    db,
    log,
    clock,
    logger,
    registry,
    matcher,
    courier,
    recorder,
    limits,
    firstMessageDelayMs,
  });

  const retention = new Retention({ db, log, clock, logger, times: options.retention });

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

  const api = await createHttpServer({ ...options.http, logger, version });
  healthRoutes(api, { store: () => db.probe() });
  await api.register(
    async (v1: Api) => {
      v1.addHook(
        'onRequest',
        authenticate((hash) => findCaller(db.reader, hash, clock.now()), clock),
      );
      peopleRoutes(v1, new PeopleService(parts));
      roomRoutes(v1, new RoomService(parts));
      membershipRoutes(v1, new MembershipService(parts));
      webhookRoutes(
        v1,
        new WebhookService({
          ...parts,
          registry,
          checkTarget: (url) => guard.checkUrl(rewrite(url)),
          ...options.webhooks,
        }),
      );
      await messageRoutes(v1, messages);
    },
    { prefix: '/v1' },
  );

  return {
    db,
    vault,
    clock,
    async listen() {
      await healthBook.start(db.reader);
      await engine.start();
      retention.start();
      const { host } = options.http;
      const address = new URL(await api.listen({ host, port: options.http.port }));
      port = Number(address.port);
      return { port, url: `http://${localNames.has(host) ? 'localhost' : address.hostname}:${port}` };
    },
    async close(graceMs = GRACE_MS) {
      // A request that never ends must not keep the server from stopping.
      const cut = setTimeout(() => api.server.closeAllConnections(), graceMs);
      await api.close();
      clearTimeout(cut);
      await retention.close();
      await engine.close(graceMs);
      await autoDisable.settled();
      await sender.destroy();
      await db.close();
    },
  };
}

/** Where this machine can be reached: a webhook that calls Hearth itself must be allowed by name. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
