import { statement, type Reader, type Writer } from '../db/index.ts';

export interface FileRow {
  uuid: string;
  size: number;
  /** Its label (label.ts). */
  sealed: Uint8Array;
}

/** A content that is about to be kept: whatever happens from here on, it can be found and removed. */
export async function announce(tx: Writer, file: { uuid: string; size: number; createdAt: number }): Promise<void> {
  await tx.all(insert, file);
}

export async function attach(
  tx: Writer,
  file: { uuid: string; messageUuid: string; position: number; sealed: Uint8Array },
): Promise<void> {
  await tx.all(setMessage, file);
}

export async function findFile(reader: Reader, messageId: number, position: number): Promise<FileRow | undefined> {
  const row = await reader.first(ofMessage, { messageId, position });
  return row?.sealed ? { ...row, sealed: row.sealed } : undefined;
}

/** The oldest that belong to no message, after the one with this key. */
export async function unattached(
  reader: Reader,
  after: number,
  limit: number,
): Promise<{ id: number; uuid: string }[]> {
  return reader.all(withoutMessage, { after, limit });
}

export async function forget(tx: Writer, id: number): Promise<void> {
  await tx.all(remove, { id });
}

const insert = statement<{ uuid: string; size: number; createdAt: number }>()((db, param) =>
  db
    .insertInto('files')
    .values({ uuid: param('uuid'), size: param('size'), createdAt: param('createdAt'), position: 0 }),
);

const setMessage = statement<{ uuid: string; messageUuid: string; position: number; sealed: Uint8Array }>()(
  (db, param) =>
    db
      .updateTable('files')
      .set((eb) => ({
        messageId: eb.selectFrom('messages').select('id').where('uuid', '=', param('messageUuid')),
        position: param('position'),
        sealed: param('sealed'),
      }))
      .where('uuid', '=', param('uuid')),
);

const ofMessage = statement<{ messageId: number; position: number }>()((db, param) =>
  db
    .selectFrom('files')
    .select(['uuid', 'size', 'sealed'])
    .where('messageId', '=', param('messageId'))
    .where('position', '=', param('position')),
);

const withoutMessage = statement<{ after: number; limit: number }>()((db, param) =>
  db
    .selectFrom('files')
    .select(['id', 'uuid'])
    .where('messageId', 'is', null)
    .where('id', '>', param('after'))
    .orderBy('id')
    .limit(param('limit')),
);

const remove = statement<{ id: number }>()((db, param) => db.deleteFrom('files').where('id', '=', param('id')));
