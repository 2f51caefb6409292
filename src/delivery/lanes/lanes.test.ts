import { describe, expect, test } from 'vitest';
import type { Clock } from '../../core/clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Lane } from './lane.ts';
import { Lanes, type Ended, type LaneLimits } from './lanes.ts';

const standard: LaneLimits = { slots: 40, perWebhook: 16, queueLength: 1_000, suspectShare: 0.25 };

/** Lanes whose requests end when the test says so. */
class Bench {
  now = 0;
  readonly lanes: Lanes;
  readonly out: { lane: Lane; delivery: Delivery }[] = [];
  /** Webhooks in the order in which their requests began. */
  readonly began: number[] = [];
  #events = 0;

  constructor(limits: Partial<LaneLimits> = {}) {
    const clock: Clock = { now: () => this.now, setTimer: () => ({ cancel: () => {} }) };
    this.lanes = new Lanes({ ...standard, ...limits }, clock, (lane, delivery) => {
      this.out.push({ lane, delivery });
      this.began.push(lane.webhookId);
    });
  }

  add(webhookId: number, count: number, { bytes = 300, attempts = 0 } = {}): void {
    for (let at = 0; at < count; at++) {
      this.#events += 1;
      const event = { seq: this.#events, dataJson: 'x'.repeat(bytes) } as Delivery['event'];
      const delivery = { event, webhookId, attempts, attemptsBefore: 0, enteredAt: this.now } as Delivery;
      this.lanes.add(this.lanes.of(webhookId), delivery);
    }
  }

  /** Ends the oldest request of this webhook, and its outcome is recorded. */
  end(webhookId: number, verdict: Ended['verdict'] = 'good', durationMs = 5): void {
    const at = this.out.findIndex(({ lane }) => lane.webhookId === webhookId);
    const [request] = this.out.splice(at, 1);
    if (at === -1 || !request) throw new Error(`Nothing of webhook ${webhookId} is out.`);
    this.lanes.ended(request.lane, request.delivery, { verdict, durationMs });
    this.lanes.release(request.lane);
  }

  outOf(webhookId: number): number {
    return this.out.filter(({ lane }) => lane.webhookId === webhookId).length;
  }

  /** One request of each has been answered, so its receiver is known to work. */
  prove(...webhookIds: number[]): void {
    for (const webhookId of webhookIds) {
      this.add(webhookId, 1);
      this.end(webhookId);
    }
    this.began.length = 0;
  }
}

describe('lanes', () => {
  test('take turns, whoever has more to send', () => {
    const bench = new Bench({ slots: 1 });
    bench.prove(1, 2, 3);
    bench.add(1, 30);
    bench.add(2, 30);
    bench.add(3, 3);
    for (let at = 0; at < 20; at++) bench.end(bench.began.at(-1) ?? 0);
    const counts = [1, 2, 3].map((webhook) => bench.began.filter((began) => began === webhook).length);
    expect(counts[2]).toBe(3);
    expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThanOrEqual(4);
  });

  test('share by bytes: one whose notices are long has fewer of them', () => {
    const bench = new Bench({ slots: 1 });
    bench.prove(1, 2);
    bench.add(1, 200, { bytes: 300 });
    bench.add(2, 200, { bytes: 7_300 });
    for (let at = 0; at < 180; at++) bench.end(bench.began.at(-1) ?? 0);
    const long = bench.began.filter((began) => began === 2).length;
    expect(long).toBeGreaterThanOrEqual(18);
    expect(long).toBeLessThanOrEqual(22);
  });

  test('whose receivers hang hold no more than their share; unknown ones do not wait for them, known ones have the rest', () => {
    const bench = new Bench();
    for (let webhook = 100; webhook < 110; webhook++) bench.add(webhook, 10);
    expect(bench.lanes.slotsBy).toEqual({ trusted: 0, unknown: 10, suspect: 0 });
    bench.now += 1_001;
    bench.lanes.watch();
    expect(bench.lanes.slotsBy).toEqual({ trusted: 0, unknown: 10, suspect: 10 });
    bench.now += 1_001;
    bench.lanes.watch();
    expect(bench.lanes.slotsBy).toEqual({ trusted: 0, unknown: 0, suspect: 20 });

    bench.end(100, 'bad');
    bench.prove(1, 2, 3, 4);
    for (const webhook of [1, 2, 3, 4]) bench.add(webhook, 100);
    for (let at = 0; at < 80; at++) {
      const answered = bench.out.find(({ lane }) => lane.webhookId < 100);
      bench.end(answered?.lane.webhookId ?? 0);
    }
    expect(bench.lanes.slotsBy).toEqual({ trusted: 21, unknown: 0, suspect: 19 });
    for (const webhook of [1, 2, 3, 4]) expect(bench.outOf(webhook)).toBeGreaterThanOrEqual(4);
  });

  test('a receiver that keeps a request waiting is suspect from then on, and no longer once it answers', () => {
    const bench = new Bench();
    bench.prove(1);
    bench.add(1, 50);
    for (let at = 0; at < 20; at++) bench.end(1);
    const before = bench.outOf(1);
    expect(before).toBeGreaterThan(10);
    bench.now += 1_001;
    bench.lanes.watch();
    expect(bench.lanes.slotsBy.suspect).toBe(before);
    const more = bench.began.length;
    bench.end(1);
    expect(bench.began.length).toBe(more);
    bench.lanes.watch();
    expect(bench.lanes.slotsBy.suspect).toBeGreaterThan(0);
    while (bench.outOf(1) > 0) bench.end(1);
    bench.lanes.watch();
    expect(bench.lanes.slotsBy.suspect).toBe(0);
  });

  test('a receiver that fails is suspect, and spared', () => {
    const bench = new Bench();
    bench.prove(1);
    bench.add(1, 100);
    for (let at = 0; at < 20; at++) bench.end(1);
    bench.now += 10;
    const { cap } = bench.lanes.of(1);
    const before = cap.value;
    bench.end(1, 'bad');
    expect(cap.value).toBe(before / 2);
    expect(bench.lanes.slotsBy.suspect).toBe(bench.lanes.slotsTaken);
    bench.end(1, 'refused');
    expect(bench.lanes.slotsBy.suspect).toBe(bench.lanes.slotsTaken);
  });

  test('fresh events go before retries, and now and then a retry goes all the same', () => {
    const bench = new Bench({ slots: 1, suspectShare: 1 });
    bench.add(1, 1);
    bench.add(1, 40, { attempts: 3 });
    bench.add(1, 40);
    const attempts: number[] = [];
    for (let at = 0; at < 48; at++) {
      attempts.push(bench.out[0]?.delivery.attempts ?? -1);
      bench.end(1);
    }
    expect(attempts.slice(0, 15)).toEqual(Array(15).fill(0));
    expect(attempts.filter((made) => made > 0).length).toBeGreaterThanOrEqual(3);
  });

  test('a slot is held until the outcome is recorded', () => {
    const bench = new Bench({ slots: 2, suspectShare: 1 });
    bench.add(1, 10);
    expect(bench.out).toHaveLength(2);
    const [request] = bench.out;
    if (!request) expect.unreachable();
    bench.lanes.ended(request.lane, request.delivery, { verdict: 'good', durationMs: 1 });
    expect(bench.out).toHaveLength(2);
    bench.lanes.release(request.lane);
    expect(bench.out).toHaveLength(3);
  });

  test('what waited too long leaves together, and only with somebody among it that has no row', () => {
    const bench = new Bench({ slots: 1 });
    bench.add(1, 3);
    bench.now = 2_000;
    bench.add(1, 1);
    const lane = bench.lanes.of(1);
    expect(lane.takeLate(0)).toEqual([]);
    expect(lane.takeLate(1_000).map(({ enteredAt }) => enteredAt)).toEqual([0, 0, 2_000]);
    expect(lane.length).toBe(0);
  });

  test('are filled from the table up to what they soon can send, and all together up to some thousands', () => {
    const bench = new Bench();
    const { lanes } = bench;
    const room = () => lanes.roomFor(lanes.of(1));
    const make = (count: number) => {
      for (let id = 1; id <= count; id++) lanes.of(id);
    };
    expect(room()).toBe(16);
    make(1_000);
    expect(room()).toBe(8);
    make(30_000);
    expect(room()).toBe(4);
    bench.add(1, 4);
    expect(lanes.of(1).length).toBe(2);
    expect(room()).toBe(2);
    bench.add(1, 1);
    expect(room()).toBe(0);
  });
});
