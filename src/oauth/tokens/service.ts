import type { OwnQuery, PersonalTokenCreate } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import { isoTime } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { hashToken, keyset, type Page } from '../../http/index.ts';
import { createToken } from '../../people/index.ts';
import type { OAuthParts } from '../parts.ts';
import { mayRegisterClients, mustActDirectly, mustHold } from '../policy.ts';
import { scopesMustExist, splitScopes } from '../scopes.ts';
import { tokenId } from './present.ts';
import {
  authorizationsOf,
  countTokens,
  deleteAuthorization,
  deleteToken,
  tokensOf,
  type AuthorizationRow,
  type TokenRow,
} from './store.ts';

const MOST_PER_PERSON = 1_000;

const newestTokens = keyset('tokens', 'number');
const newestAuthorizations = keyset('authorizations', 'number');

/** What acts for the caller: tokens of their own, and integrations that they have let in. */
export class TokenService {
  readonly #parts: Pick<OAuthParts, 'db' | 'clock' | 'forget'>;

  constructor(parts: Pick<OAuthParts, 'db' | 'clock' | 'forget'>) {
    this.#parts = parts;
  }

  async list(caller: Caller, { max, cursor }: OwnQuery): Promise<Page<TokenRow>> {
    mustActDirectly(caller);
    const [before = Number.MAX_SAFE_INTEGER] = newestTokens.after(cursor) ?? [];
    const rows = await tokensOf(this.#parts.db.reader, caller.personId, { before, limit: max + 1 });
    return newestTokens.page(rows, max, ({ id }) => [id]);
  }

  /** One that can do no more than the caller's own, and lasts no longer. */
  async create(
    caller: Caller,
    { name, scopes = [...caller.scopes], expiresIn }: PersonalTokenCreate,
  ): Promise<{ row: TokenRow; token: string }> {
    mustActDirectly(caller);
    scopesMustExist(scopes);
    mustHold(caller, scopes);
    const { db, clock } = this.#parts;
    const now = clock.now();
    const expiresAt = endOf(caller, expiresIn, now);
    return db.write(async (tx) => {
      if ((await countTokens(tx, caller.personId)) >= MOST_PER_PERSON) {
        throw new ApiError('tooManyTokens', { limit: MOST_PER_PERSON });
      }
      const token = await createToken(tx, {
        personId: caller.personId,
        scopes: [...new Set(scopes)],
        ...(name !== undefined && { name }),
        ...(expiresAt !== null && { expiresAt }),
        now,
      });
      const row = await tx.query
        .selectFrom('tokens')
        .selectAll()
        .where('hash', '=', hashToken(token))
        .executeTakeFirstOrThrow();
      return { row, token };
    });
  }

  /** Ends one that can do no more than the caller's own; the caller's own too. */
  async remove(caller: Caller, id: string): Promise<void> {
    mustActDirectly(caller);
    await this.#parts.db.write(async (tx) => {
      const all = await tokensOf(tx, caller.personId, { before: Number.MAX_SAFE_INTEGER, limit: MOST_PER_PERSON * 2 });
      const token = all.find(({ hash }) => tokenId(hash) === id);
      if (!token) throw new ApiError('tokenNotFound');
      mustHold(caller, splitScopes(token.scopes));
      await deleteToken(tx, token.id);
      tx.afterCommit(() => this.#parts.forget(caller.personId));
    });
  }

  async authorizations(caller: Caller, { max, cursor }: OwnQuery): Promise<Page<AuthorizationRow>> {
    mayRegisterClients(caller);
    const [before = Number.MAX_SAFE_INTEGER] = newestAuthorizations.after(cursor) ?? [];
    const rows = await authorizationsOf(this.#parts.db.reader, caller.personId, { before, limit: max + 1 });
    return newestAuthorizations.page(rows, max, ({ id }) => [id]);
  }

  /** The integration's tokens under it end. */
  async removeAuthorization(caller: Caller, id: string): Promise<void> {
    mayRegisterClients(caller);
    const { db, forget } = this.#parts;
    await db.write(async (tx) => {
      if (!(await deleteAuthorization(tx, caller.personId, id))) throw new ApiError('authorizationNotFound');
      tx.afterCommit(() => forget(caller.personId));
    });
  }
}

/** ms; null: never. */
function endOf({ tokenExpiresAt }: Caller, expiresIn: number | undefined, now: number): number | null {
  if (expiresIn === undefined) return tokenExpiresAt;
  const end = now + expiresIn * 1_000;
  if (tokenExpiresAt !== null && end > tokenExpiresAt) {
    throw new ApiError('expiryBeyondToken', { time: isoTime(tokenExpiresAt) });
  }
  return end;
}
