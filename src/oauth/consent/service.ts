import type { AuthorizeParameters, Consent } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import { hashToken } from '../../http/index.ts';
import { mustBeThere } from '../../people/index.ts';
import { findIntegration } from '../integrations/store.ts';
import type { OAuthParts } from '../parts.ts';
import { withParameters } from '../redirect-uris.ts';
import { within } from '../scopes.ts';
import { newSecret } from '../secrets.ts';
import { readRequest, SentBack, type AuthorizationRequest } from './request.ts';
import type { SignIn } from './sign-in.ts';

/** What a person answered cannot be taken as it is: the page is shown again, with this on it. */
export class AskAgain extends Error {
  override name = 'AskAgain';
}

/** Asks people whether an integration may act for them, and gives it a code when it may. */
export class ConsentService {
  readonly #parts: OAuthParts;
  readonly #signIn: SignIn;

  constructor(parts: OAuthParts, signIn: SignIn) {
    this.#parts = parts;
    this.#signIn = signIn;
  }

  /** Throws an `ApiError` for a link that leads nowhere, `SentBack` for one that the integration has to mend. */
  read(parameters: AuthorizeParameters): Promise<AuthorizationRequest> {
    return readRequest(this.#parts.db.reader, parameters);
  }

  /** Answers where to send the browser. Throws `AskAgain`, or `SentBack` when the person refuses. */
  async decide(asked: AuthorizationRequest, consent: Consent): Promise<string> {
    if (consent.decision !== 'allow') throw new SentBack(asked, 'access_denied', 'The person has refused.');
    const { personId, scopes } = await consented(this.#signIn, consent, asked.scopes);
    const code = newSecret();
    const { db, clock, lifetimes } = this.#parts;
    await db.write(async (tx) => {
      // Either may have ended while the person decided.
      if (!(await findIntegration(tx, asked.integration.clientId))) throw new ApiError('clientIdUnknown');
      await mustBeThere(tx, { personId });
      await tx.query
        .insertInto('authorizationCodes')
        .values({
          hash: hashToken(code),
          integrationId: asked.integration.id,
          personId,
          scopes,
          redirectUri: asked.redirectUri,
          challenge: asked.challenge,
          expiresAt: clock.now() + lifetimes.authorizationCodeMs,
        })
        .execute();
    });
    return withParameters(asked.redirectUri, { code, state: asked.state });
  }
}

/** Who has signed in, and what of the scopes asked for is theirs to give; space separated. Throws `AskAgain`. */
export async function consented(
  signIn: SignIn,
  consent: Consent,
  asked: readonly string[],
): Promise<{ personId: number; scopes: string }> {
  const person = await signIn.whoIs(consent);
  if (!person)
    throw new AskAgain('This shows nobody: it has to be an access token of a person, one that has not ended.');
  const scopes = within(asked, person.scopes);
  if (scopes.every((scope) => scope === 'spark:kms')) {
    throw new AskAgain('Nothing of this is yours to allow: you, or your access token, may do none of it.');
  }
  return { personId: person.personId, scopes: scopes.join(' ') };
}
