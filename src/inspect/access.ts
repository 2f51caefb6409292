import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import { statement, type Reader } from '../db/index.ts';
import { mayLookInto, type ActiveWebhook, type WebhookRegistry } from '../webhooks/index.ts';

export interface AccessParts {
  reader: Reader;
  registry: WebhookRegistry;
}

/** The webhook with this UUID, for those who may look into it; to everybody else it is not there (ERR-5). */
export async function webhookFor(parts: AccessParts, caller: Caller, uuid: string): Promise<ActiveWebhook> {
  const row = await parts.reader.first(keyOf, { uuid });
  const webhook = row && parts.registry.get(row.id);
  if (!webhook || !mayLookInto(caller, webhook)) throw new ApiError('webhookNotFound');
  return webhook;
}

/** Internal keys. */
export async function ownWebhooks(reader: Reader, caller: Caller): Promise<number[]> {
  return (await reader.all(ofOwner, { ownerId: caller.personId })).map(({ id }) => id);
}

const keyOf = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('webhooks').select('id').where('uuid', '=', param('uuid')),
);

const ofOwner = statement<{ ownerId: number }>()((db, param) =>
  db.selectFrom('webhooks').select('id').where('ownerId', '=', param('ownerId')),
);
