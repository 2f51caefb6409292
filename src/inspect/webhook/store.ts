import { sql } from 'kysely';
import type { Caller } from '../../core/caller.ts';
import { statement, type Reader } from '../../db/index.ts';
import type { DeliveryState, Flag } from '../../db/schema.ts';

const WAITING = sql.lit<DeliveryState>('waiting');
const DELIVERED = sql.lit<DeliveryState>('delivered');
const UNTRIED = sql.lit<Flag>(1);
const TRIED = sql.lit<Flag>(0);

/** Deliveries, the newest by event, in which the last success and the last error are looked for. */
const LOOK_BACK = 1_000;

interface ListQuery {
  of: 'me' | 'organization';
  /** Internal key. */
  before: number | undefined;
  limit: number;
}

/** Internal keys, the newest first. */
export async function webhooksOf(reader: Reader, caller: Caller, { of, before, limit }: ListQuery): Promise<number[]> {
  let rows = reader.query.selectFrom('webhooks').select('webhooks.id').orderBy('webhooks.id', 'desc').limit(limit);
  if (before !== undefined) rows = rows.where('webhooks.id', '<', before);
  rows =
    of === 'me'
      ? rows.where('webhooks.ownerId', '=', caller.personId)
      : rows.innerJoin('people', 'people.id', 'webhooks.ownerId').where('people.orgId', '=', caller.orgId);
  return (await rows.execute()).map(({ id }) => id);
}

/** How many deliveries wait in the table; counting ends at `most`. */
export async function countWaiting(reader: Reader, webhookId: number, most: number): Promise<number> {
  let count = 0;
  for (const counted of counts) {
    const row = await reader.first(counted, { webhookId, limit: most - count });
    count += Number(row?.count ?? 0);
    if (count >= most) break;
  }
  return count;
}

/** When the first of those that wait for a time is due (ms). */
export async function nextDue(reader: Reader, webhookId: number): Promise<number | undefined> {
  const first = await Promise.all([firstUntried, firstDue].map((kind) => reader.first(kind, { webhookId })));
  const due = Math.min(...first.map((row) => row?.dueAt ?? Infinity));
  return due === Infinity ? undefined : due;
}

export async function lastSuccess(
  reader: Reader,
  webhookId: number,
): Promise<{ at: number; status: number } | undefined> {
  const rows = await reader.all(newest, { webhookId, limit: LOOK_BACK });
  const [last] = rows
    .flatMap(({ state, at, status }) =>
      state === 'delivered' && at !== null && status !== null ? [{ at, status }] : [],
    )
    .toSorted((a, b) => b.at - a.at);
  return last;
}

export async function lastError(
  reader: Reader,
  webhookId: number,
): Promise<{ at: number; status: number | null; reason: string; exchange: string | null } | undefined> {
  const rows = await reader.all(newestUndelivered, { webhookId, limit: LOOK_BACK });
  const [tried] = rows.filter(({ at }) => at !== null).toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
  const attempt = tried && (await reader.first(lastAttempt, { deliveryId: tried.id }));
  return attempt && { ...attempt, reason: attempt.error ?? '' };
}

type OfWebhook = Record<'webhookId' | 'limit', number>;

/** What waits, in the words of the partial index that holds it. */
const untried = (rows: Waiting): Waiting => rows.where('untried', '=', UNTRIED).where('dueAt', 'is not', null);
const tried = (rows: Waiting): Waiting => rows.where('untried', '=', TRIED).where('dueAt', 'is not', null);
const behindRoom = (rows: Waiting): Waiting => rows.where('dueAt', 'is', null);

type Waiting = ReturnType<typeof selectWaiting>;

function selectWaiting(db: Reader['query'], webhookId: number) {
  return db.selectFrom('deliveries').select('dueAt').where('webhookId', '=', webhookId).where('state', '=', WAITING);
}

const counts = [untried, tried, behindRoom].map((narrow) =>
  statement<OfWebhook>()((db, param) =>
    db
      .selectFrom(
        narrow(selectWaiting(db, param('webhookId')))
          .limit(param('limit'))
          .as('some'),
      )
      .select((eb) => eb.fn.countAll().as('count')),
  ),
);

const firstUntried = statement<{ webhookId: number }>()((db, param) =>
  untried(selectWaiting(db, param('webhookId')))
    .orderBy('eventId')
    .limit(1),
);

const firstDue = statement<{ webhookId: number }>()((db, param) =>
  tried(selectWaiting(db, param('webhookId')))
    .orderBy('dueAt')
    .limit(1),
);

const newest = statement<OfWebhook>()((db, param) =>
  db
    .selectFrom('deliveries')
    .select(['state', 'lastAttemptAt as at', 'lastStatus as status'])
    .where('webhookId', '=', param('webhookId'))
    .orderBy('eventId', 'desc')
    .limit(param('limit')),
);

const newestUndelivered = statement<OfWebhook>()((db, param) =>
  db
    .selectFrom('deliveries')
    .select(['id', 'lastAttemptAt as at'])
    .where('webhookId', '=', param('webhookId'))
    .where('state', '<>', DELIVERED)
    .orderBy('eventId', 'desc')
    .limit(param('limit')),
);

const lastAttempt = statement<{ deliveryId: number }>()((db, param) =>
  db
    .selectFrom('attempts')
    .select(['startedAt as at', 'status', 'error', 'exchange'])
    .where('deliveryId', '=', param('deliveryId'))
    .orderBy('number', 'desc')
    .limit(1),
);
