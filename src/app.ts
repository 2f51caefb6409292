import type { Logger } from 'pino';
import type { SubmitRules } from './attachment-actions/policy.ts';
import { attachmentActionRoutes } from './attachment-actions/routes.ts';
import { AttachmentActionService } from './attachment-actions/service.ts';
import type { Clock } from './core/clock.ts';
import { systemClock } from './core/clock.ts';
import { passOn, type Tracing } from './core/trace.ts';
import { Vault } from './core/vault.ts';
import { openSqlite, type Database } from './db/index.ts';
import { logAttempts } from './delivery/attempt-log.ts';
import { Courier, type CourierParts } from './delivery/courier.ts';
import { Downloader } from './delivery/downloader/downloader.ts';
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
import { cancelReplaysOf } from './delivery/replay/store.ts';
import type { RetrySchedule } from './delivery/schedule.ts';
import { Sender, ThreadedSender, type Sending } from './delivery/sender/index.ts';
import { lastChange } from './delivery/store/records.ts';
import type { FaultCreate, FaultPresetCreate } from './contract/index.ts';
import { SqliteEventLog, type EventLog } from './eventlog/index.ts';
import { eventRoutes } from './events/routes.ts';
import { EventService } from './events/service.ts';
import { injectFaults } from './faults/hooks.ts';
import type { FaultMakers } from './faults/policy.ts';
import { faultRoutes } from './faults/routes.ts';
import { FaultRules } from './faults/rules.ts';
import { FolderStore } from './files/folder-store.ts';
import { fileRoutes } from './files/routes.ts';
import { FileService, type FindMessage } from './files/service.ts';
import { Sweeper } from './files/sweeper.ts';
import { Uploads } from './files/uploads.ts';
import {
  authenticate,
  createHttpServer,
  healthRoutes,
  limitPerPerson,
  RateLimiter,
  type Api,
  type Rate,
} from './http/index.ts';
import { incomingRoute, incomingWebhookRoutes } from './incoming-webhooks/routes.ts';
import { IncomingWebhookService } from './incoming-webhooks/service.ts';
import { inspectRoutes } from './inspect/routes.ts';
import { leaveEverywhere } from './memberships/index.ts';
import { membershipRoutes } from './memberships/routes.ts';
import { MembershipService } from './memberships/service.ts';
import type { BotRules, CardLimits } from './messages/index.ts';
import { messageRoutes } from './messages/routes.ts';
import { MessageService } from './messages/service.ts';
import { endCredentialsOf, type OAuthOptions } from './oauth/index.ts';
import { mayLookBehindWebhooks, mustActDirectly } from './oauth/policy.ts';
import { credentialRoutes, signInRoutes } from './oauth/routes.ts';
import { expirySweeps } from './oauth/sweeps.ts';
import { userInfoRoute } from './oauth/user-info.ts';
import { organizationRoutes } from './organizations/routes.ts';
import { OrganizationService } from './organizations/service.ts';
import { PeopleAdministration } from './people/administration.ts';
import { findCaller, SYSTEM_BOT_UUID, systemBot, type Consequence } from './people/index.ts';
import { Presence } from './people/presence.ts';
import { peopleRoutes } from './people/routes.ts';
import { PeopleService } from './people/service.ts';
import { roomTabRoutes } from './room-tabs/routes.ts';
import { RoomTabService } from './room-tabs/service.ts';
import { roomRoutes } from './rooms/routes.ts';
import { RoomService } from './rooms/service.ts';
import { OpenSockets } from './sockets/open-sockets.ts';
import { Places } from './sockets/places.ts';
import { opensSocket, socketRoutes } from './sockets/routes.ts';
import { Devices, type DeviceLimits } from './sockets/service.ts';
import { streamRoutes } from './stream/routes.ts';
import type { SeatLimits } from './stream/seats.ts';
import { Streams } from './stream/streams.ts';
import { teamMembershipRoutes } from './team-memberships/routes.ts';
import { TeamMembershipService } from './team-memberships/service.ts';
import { teamRoutes } from './teams/routes.ts';
import { TeamService } from './teams/service.ts';
import { traceAttempts, traceMatching } from './tracing/delivery.ts';
import type { OtlpOptions, OtlpTracing } from './tracing/otlp.ts';
import { version } from './version.ts';
import { switchOff, switchOffAll, switchOffOversight, WebhookRegistry, type SwitchingParts } from './webhooks/index.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { WebhookService, type WebhookParts } from './webhooks/service.ts';

/** Everything a server is made from: checked values, nothing of it read from the environment here. */
export interface AppOptions {
  http: { host: string; port: number; trustProxy: boolean | string; bodyLimit: number };
  /** Without a slash at its end; undefined: the address it listens on, if that is one. */
  publicUrl: string | undefined;
  /** Sealed files are kept beside the database. */
  store: { file: string; filesFolder: string; durability: 'full' | 'off' };
  /** `limit`: bytes of a file. */
  files: { limit: number; fetchTimeoutMs: number };
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
  cards: CardLimits & SubmitRules;
  webhooks: Pick<WebhookParts, 'allowMessagesUpdated' | 'mostPerPerson'>;
  /** Undefined: there is no `/metrics`. */
  metrics: { token: string | undefined } | undefined;
  /** Where spans are sent; undefined: nowhere. */
  traces: { endpoint: string } | undefined;
  /** Of all people together, and of each. */
  streams: SeatLimits;
  /** Undefined: as much as anybody likes. */
  rateLimits: { perPerson: Rate | undefined; perIncomingWebhook: Rate | undefined };
  /** Who may make the server fail, and what fails from the beginning; undefined: nobody, and nothing. */
  faults: { by: FaultMakers; rules: readonly FaultCreate[]; presets: readonly FaultPresetCreate[] } | undefined;
  oauth: OAuthOptions;
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
/** Those of them that stand for all addresses of the machine. */
const anyAddress = new Set(['0.0.0.0', '::']);

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
  let { publicUrl } = options;
  const { bots, cards } = options;
  const { uploads, fileService, sweeper, downloader } = composeFiles(options, {
    ...parts,
    guard: outgoing.guard,
    findMessage: (caller, uuid) => messages.find(caller, uuid),
  });
  const messages = new MessageService({ ...parts, bots, cards, uploads, publicUrl: () => publicUrl });
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
  const presence = new Presence(parts);
  const authenticated = authenticate(callerOf, clock, (caller) => presence.seen(caller));
  const limiterOf = (rate: Rate | undefined) => rate && new RateLimiter(rate, clock);
  const perPerson = limiterOf(options.rateLimits.perPerson);
  const forCallers = (routes: Api) => {
    routes.addHook('onRequest', authenticated);
    if (perPerson) routes.addHook('onRequest', limitPerPerson(perPerson));
  };
  const faults = options.faults && openFaults(options.faults, clock);
  if (faults) injectFaults(api, faults, clock);
  const incoming = new IncomingWebhookService({ ...parts, messages });
  const people = new PeopleService({ db, presence });
  const forget = (personId: number) => authenticated.forget(personId);
  const administration = new PeopleAdministration({ ...parts, forget, ...consequences(parts, { incoming, devices }) });
  const oauth = { ...parts, ...options.oauth, forget };
  await signInRoutes(api, oauth);
  await api.register(
    async (v1: Api) => {
      forCallers(v1);
      peopleRoutes(v1, people, administration);
      organizationRoutes(v1, new OrganizationService(parts));
      eventRoutes(v1, new EventService(parts));
      const rooms = new RoomService(parts);
      roomRoutes(v1, rooms);
      roomTabRoutes(v1, new RoomTabService(parts));
      teamRoutes(v1, new TeamService({ ...parts, rooms }));
      teamMembershipRoutes(v1, new TeamMembershipService(parts));
      membershipRoutes(v1, new MembershipService(parts));
      webhookRoutes(v1, webhooks);
      userInfoRoute(v1, parts);
      await messageRoutes(v1, messages, uploads);
      fileRoutes(v1, fileService);
      attachmentActionRoutes(v1, new AttachmentActionService({ ...parts, bots, submitting: cards }));
    },
    { prefix: '/v1' },
  );
  await api.register(
    async (open: Api) => incomingRoute(open, incoming, limiterOf(options.rateLimits.perIncomingWebhook)),
    { prefix: '/v1' },
  );
  await api.register(
    async (ours: Api) => {
      forCallers(ours);
      credentialRoutes(ours, oauth);
      await ours.register(async (direct: Api) => {
        // Whoever knows the URL of one may post, for as long as it lasts.
        direct.addHook('onRequest', async ({ caller }) => mustActDirectly(caller));
        incomingWebhookRoutes(direct, incoming);
      });
      streamRoutes(ours, { streams, clock, findCaller: callerOf });
    },
    { prefix: '/hearth/v1' },
  );
  await api.register(
    async (ours: Api) => {
      const { engine, replayer, book, wake } = delivery;
      forCallers(ours);
      ours.addHook('onRequest', mayLookBehindWebhooks);
      if (faults && options.faults) await faultRoutes(ours, faults, options.faults.by);
      replayRoutes(ours, new ReplayService({ ...parts, replayer }));
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
    forCallers,
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
      await sweeper.start();
      await delivery.start();
      const { host } = options.http;
      const address = new URL(await api.listen({ host, port: options.http.port }));
      port = Number(address.port);
      outgoing.listensOn(port);
      const url = `http://${localNames.has(host) ? 'localhost' : address.hostname}:${port}`;
      if (!anyAddress.has(host)) publicUrl ??= url;
      return { port, url };
    },
    async close(graceMs = GRACE_MS) {
      // A request that never ends must not keep the server from stopping.
      const cut = setTimeout(() => {
        downloader.close();
        api.server.closeAllConnections();
      }, graceMs);
      await api.close();
      clearTimeout(cut);
      await sweeper.close();
      await sockets.places.save();
      await delivery.close(graceMs);
      await outgoing.destroy();
      await presence.close();
      await exporter?.close();
      await db.close();
    },
  };
}

/** What else ends when people are deleted, or lose a role. Each resource that people have something in adds its own. */
function consequences(
  parts: SwitchingParts,
  { incoming, devices }: { incoming: IncomingWebhookService; devices: Devices },
): { whenDeleted: Consequence[]; whenDemoted: Consequence[] } {
  return {
    whenDeleted: [
      (tx, person) => endCredentialsOf(tx, person.id),
      (tx, person) => devices.removeAllOf(tx, person.id),
      (tx, person, actor) => incoming.removeAllOf(tx, person, actor),
      async (tx, person, actor) => {
        const events = await leaveEverywhere(tx, person, actor.uuid, parts.clock.now());
        await parts.log.append(tx, events, actor.trace);
      },
      (tx, person, actor) => switchOffAll(parts, tx, person.id, actor),
      (tx, person) => cancelReplaysOf(tx, person.id, parts.clock.now()),
    ],
    whenDemoted: [(tx, person, actor) => switchOffOversight(parts, tx, person, actor)],
  };
}

function openFaults({ rules, presets }: NonNullable<AppOptions['faults']>, clock: Clock): FaultRules {
  const faults = new FaultRules(clock);
  for (const rule of rules) faults.add(rule);
  for (const preset of presets) faults.addPreset(preset);
  return faults;
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
    guard,
    headers: sender.headers,
    send: (request: Parameters<Sending['send']>[0]) => sender.send({ ...request, url: rewrite(request.url) }),
    check: (url: string) => guard.checkUrl(rewrite(url)),
    listensOn: (own: number) => threaded?.listensOn(own),
    destroy: () => sender.destroy(),
  };
}

interface FileParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  logger: Logger;
  guard: AddressGuard;
  findMessage: FindMessage;
}

/** The way of files into their folder, out of it, and away. */
function composeFiles({ files, store, delivery }: AppOptions, { guard, findMessage, ...parts }: FileParts) {
  const { limit, fetchTimeoutMs: timeoutMs } = files;
  const { connectTimeoutMs, ca, verifyTls } = delivery;
  const connecting = { guard, userAgent: `Hearth/${version}`, connectTimeoutMs, ca, verifyTls };
  const downloader = new Downloader({ ...connecting, limit, timeoutMs, clock: parts.clock });
  const contents = {
    ...parts,
    store: new FolderStore({ folder: store.filesFolder, durable: store.durability === 'full' }),
  };
  const sweeper = new Sweeper(contents);
  return {
    downloader,
    sweeper,
    uploads: new Uploads({ ...contents, sweeper, limit, fetchFile: downloader.fetch }),
    fileService: new FileService({ ...contents, findMessage }),
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
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), { ...options.bots, ...options.webhooks });
  const recorder = new Recorder({ log, clock, logger, lastChange: await lastChange(db.reader) });
  const engine = new DeliveryEngine({
    ...parts,
    matcher: exporter ? traceMatching(matcher, exporter, clock) : matcher,
    courier: new Courier({ ...courier, schedule }),
    recorder,
    limits,
    firstMessageDelayMs,
  });
  const retention = new Retention({ ...parts, times: options.retention, further: expirySweeps(clock) });
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
