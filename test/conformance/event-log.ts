import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoggedEvent, NewEvent } from '../../src/core/events.ts';
import type { Database } from '../../src/db/index.ts';
import type { EventBatch, EventLog } from '../../src/eventlog/index.ts';

export interface OpenLog {
  db: Database;
  log: EventLog;
  /** Ends without acknowledging anything, and opens again on the same data: what a crash leaves. */
  reopen(): Promise<void>;
  /** Drops every event, as retention does in the end. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

function newEvent(at: number): NewEvent {
  return {
    resource: 'messages',
    event: 'created',
    actorUuid: 'actor',
    roomUuid: 'room',
    orgUuid: 'org',
    facts: { roomType: 'group', personUuid: `person ${at}` },
    data: { id: `message ${at}`, 'emoji ✓': 'ü' },
  };
}

/** What every implementation of `EventLog` must do. */
export function describeEventLog(name: string, open: () => Promise<OpenLog>): void {
  describe(`${name}: event log`, () => {
    let opened: OpenLog;
    let stop: AbortController;
    beforeEach(async () => {
      opened = await open();
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await opened.close();
    });

    const append = (...numbers: number[]) => opened.db.write((tx) => opened.log.append(tx, numbers.map(newEvent)));

    async function readUntil(count: number): Promise<EventBatch[]> {
      const batches: EventBatch[] = [];
      for await (const batch of opened.log.read(stop.signal)) {
        batches.push(batch);
        if (batches.reduce((sum, { events }) => sum + events.length, 0) >= count) break;
      }
      return batches;
    }
    const ids = (batches: EventBatch[]) =>
      batches.flatMap(({ events }) => events).map(({ dataJson }) => (JSON.parse(dataJson) as { id: string }).id);

    test('events come in the order of their commits, with what they were appended with', async () => {
      await append(1, 2);
      await append(3);
      const batches = await readUntil(3);
      expect(ids(batches)).toEqual(['message 1', 'message 2', 'message 3']);
      const [first] = batches[0]?.events ?? [];
      const { data, ...expected } = newEvent(1);
      expect(first).toMatchObject({ ...expected, dataJson: JSON.stringify(data) });
      expect(first?.uuid).toMatch(/^[0-9a-f-]{36}$/);
      const positions = batches.flatMap(({ events }) => events.map(({ seq }) => seq));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    });

    test('a change that is rolled back leaves no event (rule 1)', async () => {
      const failing = opened.db.write(async (tx) => {
        await opened.log.append(tx, [newEvent(1)]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await append(2);
      expect(ids(await readUntil(1))).toEqual(['message 2']);
    });

    test('a reader that waits is woken by a commit', async () => {
      const reading = readUntil(1);
      await append(7);
      expect(ids(await reading)).toEqual(['message 7']);
    });

    test('listeners hear of events at the commit', async () => {
      const heard: string[] = [];
      opened.log.onCommit((events) => heard.push(...events.map(({ dataJson }) => dataJson)));
      await append(1, 2);
      expect(heard).toHaveLength(2);
    });

    test('what was not acknowledged comes again after a crash, and says so (rule 2)', async () => {
      await append(1, 2, 3);
      const [batch] = await readUntil(3);
      const [, second, third] = batch?.events ?? [];
      await opened.log.acknowledge([second, third] as LoggedEvent[], async () => {});
      await opened.reopen();
      const again = await readUntil(1);
      expect(ids(again)).toContain('message 1');
      expect(again[0]?.repeated).toBe(true);
    });

    test('what was acknowledged does not come again; what follows does', async () => {
      await append(1, 2);
      const events = (await readUntil(2)).flatMap((batch) => batch.events);
      await opened.log.acknowledge(events, async () => {});
      await opened.reopen();
      await append(3);
      expect(ids(await readUntil(1))).toEqual(['message 3']);
    });

    test('a record that fails acknowledges nothing', async () => {
      await append(1);
      const events = (await readUntil(1)).flatMap((batch) => batch.events);
      const failing = opened.log.acknowledge(events, async (tx) => {
        await tx.query.insertInto('organizations').values({ uuid: 'o', displayName: 'o', createdAt: 1 }).execute();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await opened.db.reader.query.selectFrom('organizations').selectAll().execute()).toEqual([]);
      await opened.reopen();
      expect(ids(await readUntil(1))).toEqual(['message 1']);
    });

    test('a reader far behind misses nothing', async () => {
      const numbers = Array.from({ length: 12_000 }, (_, at) => at);
      for (let at = 0; at < numbers.length; at += 1000) await append(...numbers.slice(at, at + 1000));
      const reading = readUntil(12_500);
      await append(...Array.from({ length: 500 }, (_, at) => 12_000 + at));
      expect(ids(await reading)).toEqual(Array.from({ length: 12_500 }, (_, at) => `message ${at}`));
    });

    describe('readers that keep their own place', () => {
      const positions = async (after: number, limit: number) =>
        (await opened.log.readAfter(after, limit)).map(({ seq }) => seq);

      test('find what comes after a position, in order, as often as they ask', async () => {
        await append(1, 2, 3);
        const [first, second, third] = await opened.log.readAfter(0, 10);
        const { data, ...expected } = newEvent(1);
        expect(first).toMatchObject({ ...expected, dataJson: JSON.stringify(data) });
        expect(third?.seq).toBe(opened.log.head);
        expect(await positions(first?.seq ?? 0, 10)).toEqual([second?.seq, third?.seq]);
        expect(await positions(first?.seq ?? 0, 1)).toEqual([second?.seq]);
        expect(await positions(opened.log.head, 10)).toEqual([]);
      });

      test('take nothing from the one who acknowledges, and find what that one is done with', async () => {
        await append(1, 2);
        expect(await positions(0, 10)).toHaveLength(2);
        const events = (await readUntil(2)).flatMap((batch) => batch.events);
        await opened.log.acknowledge(events, async () => {});
        expect(await positions(0, 10)).toHaveLength(2);
      });

      test('find an event at the moment that the listeners hear of it', async () => {
        const found: Promise<number[]>[] = [];
        opened.log.onCommit((events) => found.push(positions((events[0]?.seq ?? 0) - 1, 10)));
        await append(1, 2);
        expect((await Promise.all(found)).flat()).toHaveLength(2);
      });

      test('find their place again after a crash', async () => {
        await append(1, 2);
        const [first] = await opened.log.readAfter(0, 1);
        const { head } = opened.log;
        await opened.reopen();
        expect(opened.log.head).toBe(head);
        await append(3);
        expect(ids([{ events: await opened.log.readAfter(first?.seq ?? 0, 10), repeated: false }])).toEqual([
          'message 2',
          'message 3',
        ]);
      });

      test('are told how far back the log goes, and where a time is', async () => {
        expect([await opened.log.oldest(), opened.log.head]).toEqual([1, 0]);
        await append(1, 2, 3);
        const [first, second] = await opened.log.readAfter(0, 10);
        expect(await opened.log.oldest()).toBe(first?.seq);
        expect(await opened.log.positionBefore((first?.createdAt ?? 0) - 1)).toBe(0);
        expect(await opened.log.positionBefore(Number.MAX_SAFE_INTEGER)).toBe(opened.log.head);
        const after = await opened.log.positionBefore(second?.createdAt ?? 0);
        expect(await positions(after, 10)).toContain(second?.seq);
      });

      test('a log whose events are all gone goes on where it was', async () => {
        await append(1, 2);
        const events = (await readUntil(2)).flatMap((batch) => batch.events);
        await opened.log.acknowledge(events, async () => {});
        await opened.forget();
        await opened.reopen();
        const { head } = opened.log;
        expect(head).toBe(events.at(-1)?.seq);
        expect(await opened.log.oldest()).toBe(head + 1);
        expect(await opened.log.positionBefore(0)).toBe(head);
        await append(3);
        expect(await positions(head, 10)).toEqual([head + 1]);
        expect(ids(await readUntil(1))).toEqual(['message 3']);
      });
    });
  });
}
