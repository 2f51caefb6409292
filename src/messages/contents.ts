import { keysOf, publicId } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Reader } from '../db/index.ts';
import { openContent } from './sealing.ts';
import { selectMessages, type Content } from './store.ts';

/** What these messages say now, by their public ids; those that are deleted are missing. For those who may read them. */
export async function messageContents(
  reader: Reader,
  vault: Vault,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Content>> {
  const rows = await selectMessages(reader.query)
    .where('messages.uuid', 'in', [...new Set(keysOf('MESSAGE', ids))])
    .execute();
  return new Map(rows.map((row) => [publicId('MESSAGE', row.uuid), openContent(vault, row)]));
}
