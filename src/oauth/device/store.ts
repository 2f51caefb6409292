import type { Selectable } from 'kysely';
import type { Reader, Schema, Writer } from '../../db/index.ts';

export type DeviceCodeRow = Selectable<Schema['deviceCodes']>;

export async function insertDeviceCode(
  tx: Writer,
  row: Pick<DeviceCodeRow, 'hash' | 'userCodeHash' | 'integrationId' | 'scopes' | 'intervalMs' | 'expiresAt'>,
): Promise<void> {
  await tx.query
    .insertInto('deviceCodes')
    .values({ ...row, state: 'pending' })
    .execute();
}

export async function findDeviceCode(reader: Reader, hash: Uint8Array): Promise<DeviceCodeRow | undefined> {
  return reader.query.selectFrom('deviceCodes').selectAll().where('hash', '=', hash).executeTakeFirst();
}

/** One that still waits for somebody's decision. */
export async function findUserCode(
  reader: Reader,
  userCodeHash: Uint8Array,
  now: number,
): Promise<DeviceCodeRow | undefined> {
  return reader.query
    .selectFrom('deviceCodes')
    .selectAll()
    .where('userCodeHash', '=', userCodeHash)
    .where('state', '=', 'pending')
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

export async function updateDeviceCode(
  tx: Writer,
  id: number,
  changed: Partial<Pick<DeviceCodeRow, 'state' | 'personId' | 'scopes' | 'intervalMs' | 'polledAt'>>,
): Promise<void> {
  await tx.query.updateTable('deviceCodes').set(changed).where('id', '=', id).execute();
}

export async function deleteDeviceCode(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('deviceCodes').where('id', '=', id).execute();
}
