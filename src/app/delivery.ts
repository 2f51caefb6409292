import { logAttempts } from '../delivery/attempt-log.ts';
import { Courier, type CourierParts } from '../delivery/courier.ts';
import { DeliveryEngine } from '../delivery/engine.ts';
import { AutoDisable, type AutoDisableParts } from '../delivery/health/auto-disable.ts';
import { HealthBook } from '../delivery/health/health-book.ts';
import { Matcher } from '../delivery/matcher.ts';
import { Recorder } from '../delivery/recorder.ts';
import { Replayer } from '../delivery/replay/replayer.ts';
import { Retention } from '../delivery/retention/retention.ts';
import { RoomMembers } from '../delivery/room-members.ts';
import { lastChange } from '../delivery/store/records.ts';
import { expirySweeps } from '../oauth/sweeps.ts';
import { SYSTEM_BOT_UUID } from '../people/index.ts';
import { traceAttempts, traceMatching } from '../tracing/delivery.ts';
import type { OtlpTracing } from '../tracing/otlp.ts';
import { switchOff } from '../webhooks/index.ts';
import type { Foundation } from './foundation.ts';
import type { AppOptions } from './options.ts';

interface DeliveryParts extends Foundation {
  courier: Omit<CourierParts, 'schedule'>;
  exporter: OtlpTracing | undefined;
  tellOwner: AutoDisableParts['tellOwner'];
}

export type Delivery = Awaited<ReturnType<typeof composeDelivery>>;

/** The way from the log to the receivers, and all that listens to what became of it. */
export async function composeDelivery(
  options: AppOptions,
  { courier, exporter, tellOwner, ...foundation }: DeliveryParts,
) {
  const { db, log, clock, logger, registry } = foundation;
  const { schedule, limits, firstMessageDelayMs, disabling: window } = options.delivery;
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), { ...options.bots, ...options.webhooks });
  const recorder = new Recorder({ log, clock, logger, lastChange: await lastChange(db.reader) });
  const engine = new DeliveryEngine({
    ...foundation,
    matcher: exporter ? traceMatching(matcher, exporter, clock) : matcher,
    courier: new Courier({ ...courier, schedule }),
    recorder,
    limits,
    firstMessageDelayMs,
  });
  const retention = new Retention({ ...foundation, times: options.retention, further: expirySweeps(clock) });
  const wake = (webhookId: number) => engine.backlog.note(webhookId, clock.now());
  const replayer = new Replayer({ ...foundation, matcher, recorder, wake });
  const book = new HealthBook(clock, window);
  const autoDisable = new AutoDisable({
    ...foundation,
    book,
    window,
    switchOff: (id, reason) => switchOff(foundation, id, { reason, after: log.settled, actorUuid: SYSTEM_BOT_UUID }),
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
