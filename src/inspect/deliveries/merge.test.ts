import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, merge, type Place, type Source } from './merge.ts';

/** A source of these events of one webhook; counts how many rows it gives away. */
function sourceOf(webhookId: number, events: readonly number[], given: { rows: number }): Source<Place> {
  return {
    below: Infinity,
    read: (below, limit) => {
      const rows = events.filter((eventId) => eventId < below).toSorted((a, b) => b - a);
      const batch = rows.slice(0, limit).map((eventId) => ({ eventId, webhookId }));
      given.rows += batch.length;
      return Promise.resolve(batch);
    },
  };
}

const events = fc.uniqueArray(fc.nat(2_000), { maxLength: 400 });

test('gives every row of every source once, newest event first, then the youngest webhook', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 12 }), async (webhooks) => {
      const given = { rows: 0 };
      const all = webhooks.flatMap((list, webhookId) => list.map((eventId) => ({ eventId, webhookId })));
      const merged: Place[] = [];
      for await (const row of merge(webhooks.map((list, id) => sourceOf(id, list, given)))) merged.push(row);
      expect(merged).toEqual(all.toSorted(compare));
    }),
    { numRuns: 50 },
  );
});

test('reads of many sources no more than a few rows each before somebody asks for more', async () => {
  const given = { rows: 0 };
  const list = Array.from({ length: 100 }, (_, at) => at);
  const sources = Array.from({ length: 1_000 }, (_, id) => sourceOf(id, list, given));
  for await (const first of merge(sources)) {
    expect(first).toEqual({ eventId: 99, webhookId: 999 });
    break;
  }
  expect(given.rows).toBe(2_000);
});
