import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/index.ts';
import type { DeliveryEngine } from '../delivery/engine.ts';
import type { AutoDisable } from '../delivery/health/auto-disable.ts';
import type { Recorder } from '../delivery/recorder.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { OpenSockets } from '../sockets/open-sockets.ts';
import type { Streams } from '../stream/streams.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import { measureDeliveries } from './deliveries.ts';
import { measureEventLog } from './event-log.ts';
import { measureLanes } from './lanes.ts';
import type { Refresh } from './refresh.ts';
import { measureReplays } from './replays.ts';
import { measureRequests } from './requests.ts';
import { measureSockets } from './sockets.ts';
import { measureStore } from './store.ts';
import { measureStreams } from './streams.ts';
import { measureWebhooks } from './webhooks.ts';

export interface MetricsSources {
  version: string;
  api: FastifyInstance;
  db: Database;
  clock: Clock;
  log: EventLog;
  webhooks: WebhookRegistry;
  recorder: Recorder;
  engine: DeliveryEngine;
  autoDisable: AutoDisable;
  streams: Streams;
  sockets: OpenSockets;
}

/**
 * What a server tells of itself to Prometheus. Each server has a registry of its own, so that many can run in one process.
 * Counters and histograms are fed where things are recorded anyway; everything else is looked up at a scrape.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #refreshes: readonly Refresh[];

  constructor({
    version,
    api,
    db,
    clock,
    log,
    webhooks,
    recorder,
    engine,
    autoDisable,
    streams,
    sockets,
  }: MetricsSources) {
    const { reader } = db;
    const registry = this.#registry;
    collectDefaultMetrics({ register: registry });
    const build = new Gauge({
      name: 'hearth_build_info',
      help: '1, with the version of the program.',
      labelNames: ['version'],
      registers: [registry],
    });
    build.set({ version }, 1);
    measureRequests(registry, api);
    measureStore(registry, db);
    measureSockets(registry, sockets);
    this.#refreshes = [
      measureEventLog(registry, { log, reader, clock, engine }),
      measureLanes(registry, engine.lanes),
      measureDeliveries(registry, { recorder, backlog: engine.backlog, reader }),
      measureReplays(registry, reader),
      measureWebhooks(registry, { webhooks, autoDisable }),
      measureStreams(registry, streams),
    ];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything as it is now, in the text format of Prometheus. */
  async scrape(): Promise<string> {
    for (const refresh of this.#refreshes) await refresh();
    return this.#registry.metrics();
  }
}
