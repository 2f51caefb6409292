import type { IntegrationCreate, IntegrationUpdate, OwnQuery } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import { ApiError } from '../../core/errors.ts';
import type { Reader } from '../../db/index.ts';
import { hashToken, keyset, pathKey, type Page } from '../../http/index.ts';
import { mustBeThere } from '../../people/index.ts';
import type { OAuthParts } from '../parts.ts';
import { mayRegisterClients } from '../policy.ts';
import { redirectUrisMustFit } from '../redirect-uris.ts';
import { scopesMustExist } from '../scopes.ts';
import { newClientId, newSecret } from '../secrets.ts';
import {
  countIntegrations,
  deleteIntegration,
  findIntegration,
  insertIntegration,
  integrationsOf,
  updateIntegration,
  type IntegrationRow,
} from './store.ts';

const oldestFirst = keyset('integrations', 'number');

/** What is answered once, when the secret is new. */
export interface WithSecret {
  integration: IntegrationRow;
  clientSecret: string;
}

/** Registers integrations; each is its owner's, and nobody else sees it. */
export class IntegrationService {
  readonly #parts: OAuthParts;

  constructor(parts: OAuthParts) {
    this.#parts = parts;
  }

  async list(caller: Caller, { max, cursor }: OwnQuery): Promise<Page<IntegrationRow>> {
    mayRegisterClients(caller);
    const [after = 0] = oldestFirst.after(cursor) ?? [];
    const rows = await integrationsOf(this.#parts.db.reader, caller.personId, { after, limit: max + 1 });
    return oldestFirst.page(rows, max, ({ id }) => [id]);
  }

  async get(caller: Caller, id: string): Promise<IntegrationRow> {
    return own(this.#parts.db.reader, caller, id);
  }

  async create(caller: Caller, { name, description, redirectUris, scopes }: IntegrationCreate): Promise<WithSecret> {
    mayRegisterClients(caller);
    redirectUrisMustFit(redirectUris);
    scopesMustExist(scopes);
    const { db, clock, integrationsPerPerson: limit } = this.#parts;
    const [clientId, clientSecret] = [newClientId(), newSecret()];
    return db.write(async (tx) => {
      await mustBeThere(tx, caller);
      if ((await countIntegrations(tx, caller.personId)) >= limit) {
        throw new ApiError('tooManyIntegrations', { limit });
      }
      await insertIntegration(tx, {
        clientId,
        ownerId: caller.personId,
        name,
        description: description || null,
        redirectUris: unique(redirectUris),
        scopes: unique(scopes),
        secretHash: hashToken(clientSecret),
        now: clock.now(),
      });
      return { integration: await found(tx, clientId), clientSecret };
    });
  }

  async update(caller: Caller, id: string, body: IntegrationUpdate): Promise<IntegrationRow> {
    if (body.redirectUris) redirectUrisMustFit(body.redirectUris);
    if (body.scopes) scopesMustExist(body.scopes);
    const { db, clock } = this.#parts;
    return db.write(async (tx) => {
      const integration = await own(tx, caller, id);
      await updateIntegration(tx, integration.id, {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.description !== undefined && { description: body.description || null }),
        ...(body.redirectUris && { redirectUris: unique(body.redirectUris) }),
        ...(body.scopes && { scopes: unique(body.scopes) }),
        now: clock.now(),
      });
      return found(tx, integration.clientId);
    });
  }

  /** The former secret ends at once; tokens go on. */
  async rotateSecret(caller: Caller, id: string): Promise<WithSecret> {
    const { db, clock } = this.#parts;
    const clientSecret = newSecret();
    return db.write(async (tx) => {
      const { id: key, clientId } = await own(tx, caller, id);
      await updateIntegration(tx, key, { secretHash: hashToken(clientSecret), now: clock.now() });
      return { integration: await found(tx, clientId), clientSecret };
    });
  }

  /** Its tokens end; webhooks that were registered with them belong to the people, and stay (WH-14). */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.write(async (tx) => deleteIntegration(tx, (await own(tx, caller, id)).id));
  }
}

async function own(reader: Reader, caller: Caller, id: string): Promise<IntegrationRow> {
  mayRegisterClients(caller);
  // Both forms of the name are told: the public id, and the `client_id` inside it.
  const clientId = CLIENT_ID.test(id) ? id : pathKey('APPLICATION', id, 'integrationNotFound');
  const integration = await findIntegration(reader, clientId);
  if (integration?.ownerId !== caller.personId) throw new ApiError('integrationNotFound');
  return integration;
}

const CLIENT_ID = /^C[0-9a-f]{64}$/;

async function found(reader: Reader, clientId: string): Promise<IntegrationRow> {
  const integration = await findIntegration(reader, clientId);
  if (!integration) throw new Error('An integration that was just written is not there.');
  return integration;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
