import { createHash, randomUUID } from 'node:crypto';
import { derivedUuid } from '../core/ids.ts';
import { hashToken } from '../http/index.ts';
import {
  insertGrant,
  insertIntegration,
  redirectUrisMustFit,
  scopesMustExist,
  updateIntegration,
} from '../oauth/index.ts';
import { createToken } from '../people/index.ts';
import { inPlace, known, whenNew, type Context } from './bringing.ts';
import type { World } from './schema.ts';

type Integration = World['integrations'][number];
type Token = World['tokens'][number];

/** Integrations, and the tokens that people have beside their first one. */
export async function seedClients(context: Context, { integrations, tokens }: World): Promise<void> {
  for (const [at, integration] of integrations.entries()) {
    await whenNew(context, 'integration', integration.name, integration, () =>
      inPlace(context.worldName, `integrations[${at}]`, () => bringIntegration(context, integration)),
    );
  }
  const byName = new Map(integrations.map((integration) => [integration.name, integration]));
  for (const [at, token] of tokens.entries()) {
    const integration = token.integration === undefined ? undefined : byName.get(token.integration);
    const hash = Buffer.from(hashToken(token.token)).toString('hex');
    await whenNew(context, 'further token', hash, [token, integration], () =>
      inPlace(context.worldName, `tokens[${at}]`, () => bringToken(context, token, integration)),
    );
  }
}

async function bringIntegration({ tx, now }: Context, integration: Integration): Promise<void> {
  const { name, description = null, clientSecret, redirectUris, scopes } = integration;
  redirectUrisMustFit(redirectUris);
  scopesMustExist(scopes);
  const owner = await known(tx, integration.owner);
  const clientId = clientIdOf(integration);
  const settings = { name, description, redirectUris, scopes, secretHash: hashToken(clientSecret), now };
  const present = await findIntegration(tx, clientId);
  if (present) await updateIntegration(tx, present.id, settings);
  else await insertIntegration(tx, { ...settings, clientId, ownerId: owner.id });
}

function clientIdOf({ clientId, name }: Integration): string {
  return clientId ?? `C${createHash('sha256').update(`world integration: ${name}`).digest('hex')}`;
}

function findIntegration(tx: Context['tx'], clientId: string) {
  return tx.query.selectFrom('integrations').select('id').where('clientId', '=', clientId).executeTakeFirst();
}

/** 90 days, as those that a person allows. */
const REFRESH_MS = 7_776_000_000;

async function bringToken({ tx, now }: Context, declared: Token, integration: Integration | undefined): Promise<void> {
  const { person, token, refreshToken } = declared;
  const scopes = declared.scopes ?? integration?.scopes;
  if (scopes) scopesMustExist(scopes);
  const { id: personId } = await known(tx, person);
  await tx.query.deleteFrom('tokens').where('hash', '=', hashToken(token)).execute();
  const common = { personId, token, now, ...(scopes && { scopes }) };
  if (!integration) return void (await createToken(tx, common));
  const clientId = clientIdOf(integration);
  const client = await findIntegration(tx, clientId);
  // It was deleted since, and only its own new declaration brings it back.
  if (!client) return;
  const uuid = derivedUuid('world grant', token);
  await tx.query.deleteFrom('grants').where('uuid', '=', uuid).execute();
  const grant = await insertGrant(tx, {
    uuid,
    integrationId: client.id,
    personId,
    scopes: (scopes ?? []).join(' '),
    refreshHash: hashToken(refreshToken ?? randomUUID()),
    refreshExpiresAt: now + REFRESH_MS,
    createdAt: now,
  });
  await createToken(tx, { ...common, grantId: grant.id, appKey: clientId });
}
