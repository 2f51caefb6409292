import type { Selectable } from 'kysely';
import { statement, type Reader, type Writer } from '../db/index.ts';
import type { DevicesTable } from '../db/schema.ts';

export type DeviceRow = Selectable<DevicesTable>;

export async function insertDevice(tx: Writer, device: Omit<DeviceRow, 'id'>): Promise<DeviceRow> {
  return tx.query.insertInto('devices').values(device).returningAll().executeTakeFirstOrThrow();
}

export async function findDevice(reader: Reader, uuid: string): Promise<DeviceRow | undefined> {
  return reader.first(byUuid, { uuid });
}

/** Those that had no socket for longest come first. */
export async function devicesOf(reader: Reader, personId: number): Promise<DeviceRow[]> {
  return reader.all(byPerson, { personId });
}

export async function deleteDevice(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('devices').where('id', '=', id).execute();
}

export async function positionOf(reader: Reader, id: number): Promise<number> {
  return (await reader.first(byKey, { id }))?.position ?? 0;
}

/** Devices that are gone are passed over. */
export async function savePlaces(
  tx: Writer,
  places: readonly { id: number; position: number; seenAt: number }[],
): Promise<void> {
  await tx.run(savePlace, places);
}

const byUuid = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('devices').selectAll().where('uuid', '=', param('uuid')),
);

const byPerson = statement<{ personId: number }>()((db, param) =>
  db.selectFrom('devices').selectAll().where('personId', '=', param('personId')).orderBy('seenAt').orderBy('id'),
);

const byKey = statement<{ id: number }>()((db, param) =>
  db.selectFrom('devices').select('position').where('id', '=', param('id')),
);

const savePlace = statement<{ id: number; position: number; seenAt: number }>()((db, param) =>
  db
    .updateTable('devices')
    .set({ position: param('position'), seenAt: param('seenAt') })
    .where('id', '=', param('id')),
);
