import { statement, type Reader } from '../db/index.ts';

/** A delivery as it is now, and the number of the change that made it so. */
export type ChangedDelivery = Awaited<ReturnType<ReturnType<typeof selectDeliveries>['execute']>>[number];

/** Deliveries whose last change came after `change`, in the order of those changes. */
export async function deliveriesAfter(reader: Reader, change: number, limit: number): Promise<ChangedDelivery[]> {
  return reader.all(changedAfter, { change, limit });
}

/** The internal key of a webhook; undefined when there is none. */
export async function webhookKey(reader: Reader, uuid: string): Promise<number | undefined> {
  return (await reader.first(keyOfWebhook, { uuid }))?.id;
}

function selectDeliveries(db: Reader['query']) {
  return db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select([
      'deliveries.change',
      'deliveries.webhookId',
      'deliveries.state',
      'deliveries.attempts',
      'deliveries.lastStatus',
      'deliveries.reason',
      'deliveries.dueAt',
      'deliveries.lastAttemptAt',
      'deliveries.lastDurationMs',
      'deliveries.createdAt as recordedAt',
      'events.id as sequence',
      'events.uuid as eventUuid',
      'events.resource',
      'events.event',
      'events.createdAt',
    ]);
}

const changedAfter = statement<{ change: number; limit: number }>()((db, param) =>
  selectDeliveries(db)
    .where('deliveries.change', '>', param('change'))
    .orderBy('deliveries.change')
    .limit(param('limit')),
);

const keyOfWebhook = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('webhooks').select('id').where('uuid', '=', param('uuid')),
);
