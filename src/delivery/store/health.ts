import { sql } from 'kysely';
import { statement, type Reader } from '../../db/index.ts';

/** First attempts that failed after `since`, of active webhooks, in the order of time. */
export async function firstFailuresSince(
  reader: Reader,
  since: number,
): Promise<{ webhookId: number; startedAt: number }[]> {
  return reader.all(firstFailures, { since });
}

const firstFailures = statement<{ since: number }>()((db, param) =>
  db
    .selectFrom('attempts')
    .innerJoin('deliveries', 'deliveries.id', 'attempts.deliveryId')
    .innerJoin('webhooks', 'webhooks.id', 'deliveries.webhookId')
    .select(['deliveries.webhookId', 'attempts.startedAt'])
    .where('attempts.startedAt', '>', param('since'))
    .where('attempts.number', '=', sql.lit(1))
    .where('attempts.error', 'is not', null)
    .where('webhooks.status', '=', sql.lit<'active'>('active'))
    // Those from before it was enabled again were paid for.
    .where((eb) => eb('attempts.startedAt', '>', eb.fn.coalesce('webhooks.enabledAt', sql.lit(0))))
    .orderBy('attempts.startedAt'),
);
