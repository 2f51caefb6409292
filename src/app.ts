import { composeAccess } from './app/access.ts';
import { OwnAddress } from './app/address.ts';
import { composeDelivery } from './app/delivery.ts';
import { composeFiles } from './app/files.ts';
import { openFoundation } from './app/foundation.ts';
import { composeLive } from './app/live.ts';
import { addMetrics, openExporter } from './app/observing.ts';
import type { AppOptions } from './app/options.ts';
import { addRoutes } from './app/routes.ts';
import { openSender } from './app/sending.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { passOn } from './core/trace.ts';
import type { Vault } from './core/vault.ts';
import type { Database } from './db/index.ts';
import type { CourierParts } from './delivery/courier.ts';
import type { EventLog } from './eventlog/index.ts';
import { createHttpServer, healthRoutes } from './http/index.ts';
import { MessageService } from './messages/service.ts';
import { systemBot } from './people/index.ts';
import { opensSocket } from './sockets/routes.ts';
import { version } from './version.ts';

export type { AppOptions };

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

/** The composition root: with src/app/, the one place that knows every class. */
export async function createApp(
  options: AppOptions,
  { clock = systemClock, random = Math.random, wrapStore = asItIs, wrapSender = asItIs }: Overrides = {},
): Promise<App> {
  const { http, bots, cards, logger } = options;
  const exporter = await openExporter(options);
  const tracing = exporter ?? passOn;
  const foundation = await openFoundation(options, clock, wrapStore);
  const { db, log, vault } = foundation;

  const address = new OwnAddress(options);
  const outgoing = openSender(options, address);
  const files = composeFiles(options, {
    ...foundation,
    guard: outgoing.guard,
    rewrite: outgoing.rewrite,
    findMessage: (caller, uuid) => messages.find(caller, uuid),
  });
  const { uploads, downloader, sweeper } = files;
  const messages = new MessageService({ ...foundation, bots, cards, uploads, publicUrl: () => address.publicUrl });
  const delivery = await composeDelivery(options, {
    ...foundation,
    courier: { sender: wrapSender(outgoing), clock, random, tracing },
    exporter,
    tellOwner: async (ownerUuid, markdown) => {
      await messages.post(await systemBot(db, clock.now()), { toPersonId: ownerUuid, markdown });
    },
  });
  const live = composeLive(options, foundation, delivery);
  const access = composeAccess(options, foundation);

  const api = await createHttpServer({ ...http, logger, version, clock, tracing, opensSocket });
  healthRoutes(api, { store: () => db.probe() });
  await addMetrics(api, options, { foundation, delivery, live });
  await addRoutes(api, options, { foundation, access, messages, files, delivery, outgoing, live });

  return {
    db,
    log,
    vault,
    clock,
    async listen() {
      await sweeper.start();
      await delivery.start();
      const url = address.listensOn(new URL(await api.listen({ host: http.host, port: http.port })));
      outgoing.listensOn(address.port);
      return { port: address.port, url };
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
      await live.places.save();
      await delivery.close(graceMs);
      await outgoing.destroy();
      await access.presence.close();
      await exporter?.close();
      await db.close();
    },
  };
}

function asItIs<T>(part: T): T {
  return part;
}
