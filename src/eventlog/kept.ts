import { statement, type Reader, type Writer } from '../db/index.ts';

const CONSUMER = 'retention';

/** The lowest position from which on every event is kept. Before it, events are gone, though not all of them need be. */
export async function firstKept(reader: Reader): Promise<number> {
  const gone = await reader.first(goneUpTo, { consumer: CONSUMER });
  return (gone?.position ?? 0) + 1;
}

/** Events up to this position are being deleted in this transaction. */
export async function noteGone(tx: Writer, position: number): Promise<void> {
  await tx.all(saveGone, { consumer: CONSUMER, position });
}

const goneUpTo = statement<{ consumer: string }>()((db, param) =>
  db.selectFrom('logPositions').select('position').where('consumer', '=', param('consumer')),
);

const saveGone = statement<{ consumer: string; position: number }>()((db, param) =>
  db
    .insertInto('logPositions')
    .values({ consumer: param('consumer'), position: param('position') })
    // What still had something to wait for is deleted later than its neighbours.
    .onConflict((conflict) =>
      conflict
        .column('consumer')
        .doUpdateSet({ position: param('position') })
        .where('logPositions.position', '<', param('position')),
    ),
);
