import { derivedUuid } from '../core/ids.ts';
import { appKeys } from '../people/index.ts';
import {
  checkSubscription,
  insertWebhook,
  parseFilter,
  sealSecret,
  targetMustBeCallable,
  updateWebhook,
} from '../webhooks/index.ts';
import { inPlace, known, whenNew, type Context } from './bringing.ts';
import type { World } from './schema.ts';

export async function seedWebhooks(context: Context, world: World): Promise<void> {
  const counts = new Map<string, number>();
  for (const [at, webhook] of world.webhooks.entries()) {
    const name = `${webhook.owner}: ${webhook.name}`;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    await whenNew(context, 'webhook', `${name} (${number})`, webhook, () =>
      inPlace(context.worldName, `webhooks[${at}]`, () =>
        bringWebhook(context, webhook, derivedUuid('world webhook', name, String(number))),
      ),
    );
  }
}

async function bringWebhook(
  { tx, vault, now }: Context,
  webhook: World['webhooks'][number],
  uuid: string,
): Promise<void> {
  const owner = await known(tx, webhook.owner);
  if (owner.gone) return;
  const { resource, event } = checkSubscription(webhook.resource, webhook.event, { allowMessagesUpdated: true });
  parseFilter(resource, webhook.filter ?? '', owner.uuid);
  targetMustBeCallable(webhook.targetUrl, () => undefined);
  const settings = {
    resource,
    event,
    targetUrl: webhook.targetUrl,
    filter: webhook.filter ?? null,
    secret: sealSecret(vault, uuid, webhook.secret ?? ''),
    status: 'active',
  } as const;
  const present = await tx.query
    .selectFrom('webhooks')
    .select(['id', 'revision', 'name', 'targetUrl'])
    .where('uuid', '=', uuid)
    .executeTakeFirst();
  if (present) return updateWebhook(tx, present, settings);
  await insertWebhook(tx, {
    ...settings,
    uuid,
    name: webhook.name,
    ownerId: owner.id,
    appKey: appKeys[owner.type],
    ownedBy: 'creator',
    createdAt: now,
  });
}
