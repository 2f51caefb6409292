import { Server } from 'node:net';
import { afterEach, expect, test, vi, type MockInstance } from 'vitest';
import { AutoDisable } from '../../src/delivery/health/auto-disable.ts';
import { DeliveryEngine } from '../../src/delivery/engine.ts';
import { HealthBook } from '../../src/delivery/health/health-book.ts';
import { Replayer } from '../../src/delivery/replay/replayer.ts';
import { Retention } from '../../src/delivery/retention/retention.ts';
import { Sender } from '../../src/delivery/sender/index.ts';
import { Sweeper } from '../../src/files/sweeper.ts';
import { Presence } from '../../src/people/presence.ts';
import { Places } from '../../src/sockets/places.ts';
import { OtlpTracing } from '../../src/tracing/otlp.ts';
import { Collector } from '../support/collector.ts';
import { startServer } from '../support/server.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every part that begins or ends something, as docs/architecture.md tells it ("Starting and stopping"). */
test('parts start before the port is opened and stop after it is closed, each after those that need it', async () => {
  await using collector = await Collector.start();
  const starting = [
    watch('sweep files', Sweeper.prototype, 'start'),
    watch('know the health of webhooks', HealthBook.prototype, 'start'),
    watch('deliver', DeliveryEngine.prototype, 'start'),
    watch('replay', Replayer.prototype, 'start'),
    watch('delete what is old', Retention.prototype, 'start'),
    watch('open the port', Server.prototype, 'listen'),
  ];
  const server = await startServer((options) => ({ ...options, traces: { endpoint: collector.url } }));
  expect(inOrder(starting)).toEqual(starting.map(({ name }) => name));

  const stopping = [
    watch('close the port', Server.prototype, 'close'),
    watch('sweep no more', Sweeper.prototype, 'close'),
    watch('save the places of devices', Places.prototype, 'save'),
    watch('delete no more', Retention.prototype, 'close'),
    watch('replay no more', Replayer.prototype, 'close'),
    watch('deliver no more', DeliveryEngine.prototype, 'close'),
    watch('disable no more', AutoDisable.prototype, 'settled'),
    watch('send no more', Sender.prototype, 'destroy'),
    watch('save who was there', Presence.prototype, 'close'),
    watch('export what is left', OtlpTracing.prototype, 'close'),
    watch('close the store', server.app.db, 'close'),
  ];
  await server.restart();
  expect(inOrder(stopping)).toEqual(stopping.map(({ name }) => name));
});

interface Step {
  name: string;
  spy: MockInstance;
}

function watch<T extends object>(name: string, part: T, method: keyof T): Step {
  return { name, spy: vi.spyOn(part, method as never) };
}

/** Names of the steps in the order in which they were first taken; those never taken are missing. */
function inOrder(steps: readonly Step[]): string[] {
  return steps
    .flatMap(({ name, spy }) => spy.mock.invocationCallOrder.slice(0, 1).map((at) => ({ name, at })))
    .toSorted((one, other) => one.at - other.at)
    .map(({ name }) => name);
}
