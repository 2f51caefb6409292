import type { Consent } from '../../contract/index.ts';
import type { Reader } from '../../db/index.ts';
import { hashToken } from '../../http/index.ts';
import { defaultScopes, findCaller } from '../../people/index.ts';
import type { Choice } from '../pages/consent.ts';
import type { OAuthParts } from '../parts.ts';

/** Who has signed in, and what they can give away. */
export interface SignedIn {
  /** Internal key. */
  personId: number;
  scopes: ReadonlySet<string>;
}

/** Of those who may be picked. */
const MOST_CHOICES = 200;

/** How a person shows who they are on a page of consent. */
export class SignIn {
  readonly #parts: OAuthParts;

  constructor(parts: OAuthParts) {
    this.#parts = parts;
  }

  /** Undefined: nobody is to be picked. */
  async choices(): Promise<Choice[] | undefined> {
    const { db, signIn } = this.#parts;
    if (signIn === 'token') return undefined;
    return whoMaySignIn(db.reader)
      .select(['uuid', 'displayName', 'email'])
      .orderBy('displayName')
      .limit(MOST_CHOICES)
      .execute();
  }

  /** Undefined: it does not show who somebody is. */
  async whoIs({ person, token }: Consent): Promise<SignedIn | undefined> {
    return this.#parts.signIn === 'token' ? this.#ofToken(token?.trim() ?? '') : this.#ofPerson(person ?? '');
  }

  /** Bots do not decide about such things, and integrations hand nothing on. */
  async #ofToken(token: string): Promise<SignedIn | undefined> {
    const { db, clock } = this.#parts;
    const caller = await findCaller(db.reader, hashToken(token), clock.now());
    return caller?.type === 'person' && caller.grantId === undefined ? caller : undefined;
  }

  async #ofPerson(uuid: string): Promise<SignedIn | undefined> {
    const person = await whoMaySignIn(this.#parts.db.reader)
      .select(['id', 'type', 'roles'])
      .where('uuid', '=', uuid)
      .executeTakeFirst();
    return person && { personId: person.id, scopes: new Set(defaultScopes(person)) };
  }
}

/** Those whose tokens would open anything. */
function whoMaySignIn({ query }: Reader) {
  return query
    .selectFrom('people')
    .where('type', '=', 'person')
    .where('loginEnabled', '=', 1)
    .where('deletedAt', 'is', null);
}
